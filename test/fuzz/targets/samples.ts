import { VIA_CHAIN, viaSignature } from '../../../src/protocol/index.ts'
import type { Address, Hash, Hex, Message, MessageKind } from '../../../src/protocol/index.ts'

export const ADDRESS: Address = `0x${'a1'.repeat(20)}`
export const HASH: Hash = `0x${'b2'.repeat(32)}`
export const SIGNATURE: Hex = `0x${'c3'.repeat(64)}1b`
const base = { task: 1n, round: 300n, signature: SIGNATURE }
const member = ADDRESS

/** A statement of every kind. */
export const MESSAGES: Record<MessageKind, Message> = {
  commitment: { kind: 'commitment', ...base, member, commitment: HASH },
  receiptNotice: { kind: 'receiptNotice', ...base, member, commitment: HASH, operatorKey: member },
  seal: {
    kind: 'seal',
    task: 1n,
    round: 300n,
    operator: member,
    rows: [
      { member, commitment: HASH, source: viaSignature(SIGNATURE) },
      { member, commitment: HASH, source: VIA_CHAIN },
    ],
  },
  reveal: { kind: 'reveal', ...base, member, updateRoot: HASH, salt: HASH },
  attestation: { kind: 'attestation', ...base, member, commitments: HASH, held: 5n },
  claim: {
    kind: 'claim',
    ...base,
    operator: member,
    claimHash: HASH,
    recordHash: HASH,
    openingHash: HASH,
    revealed: 3n,
    attested: 1n,
    transaction: HASH,
  },
  agreement: { kind: 'agreement', ...base, member, claimHash: HASH },
  evaluation: {
    kind: 'evaluation',
    ...base,
    member,
    modelRoot: HASH,
    samples: 100,
    metrics: [
      { name: 'accuracy', millionths: 912_345n },
      { name: 'loss', millionths: -1n },
    ],
  },
  spending: {
    kind: 'spending',
    ...base,
    member,
    commitment: HASH,
    epsilon: 412_345n,
    total: 2_500_000n,
    delta: 10n ** 13n,
    steps: [{ noise: 1_100_000_000n, rate: 50_000_000_000n, steps: 20n }],
  },
  void: { kind: 'void', ...base, member, claimHash: HASH },
}
