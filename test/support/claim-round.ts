import type { ClaimInput, ModelState } from '../../src/replay/index.ts'
import {
  documentHash,
  genesisClaim,
  keccak,
  modelRoot,
  paddedLength,
  specHash,
  toHex,
  updateRoot,
  VIA_CHAIN,
  viaSignature,
  ZERO_HASH,
} from '../../src/protocol/index.ts'
import type { Hash, RoundRecord, RuleSpec, TaskSpec } from '../../src/protocol/index.ts'
import { formatTaskDocument } from '../../src/training/index.ts'
import { RULE, taskSpec } from '../unit/aggregation/fixtures.ts'

export interface ClaimRoundOptions {
  rule?: Partial<RuleSpec>
  /** Number of the round; its parent is genesis. Default 1. */
  round?: bigint
  terms?: Partial<Pick<TaskSpec, 'rewardPerRound' | 'operatorShareBps'>>
  /**
   * Behaviour of members, by row: withheld the reveal (and so the update), revealed an update that no member holds, copied the first
   * update, wrote -128.
   */
  fates?: readonly ('unrevealed' | 'unavailable' | 'copied' | 'inadmissible' | undefined)[]
}

/** A round of one tensor as a node finds it before it computes the claim: signatures are noise, which nothing here checks. */
export function claimRound(
  updates: readonly Int8Array[],
  length: number,
  { rule = {}, terms = {}, round = 1n, fates = [] }: ClaimRoundOptions = {},
) {
  const document = formatTaskDocument({
    name: 'claims',
    model: 'none',
    dataset: 'none',
    tensors: [{ name: 'w', shape: [length] }],
    genesis: ZERO_HASH,
    local: { epochs: 1, batchSize: 1, learningRate: 1, learningRateDecay: 1, momentum: 0, samples: 0 },
    seed: 1,
  })
  const spec = taskSpec({
    tensors: [{ length, updateExponent: -9, modelExponent: -20, eta: 70_001, shift: 20 }],
    rule: { ...RULE, ...rule },
    maxNormSq: 2n ** 62n,
    document: documentHash(document),
    ...terms,
  })
  const padded = paddedLength(spec)
  const model = Int32Array.from({ length: padded }, (_, k) => ((k * 2_654_435_761) | 0) >> 8)
  const given = updates.map((update, i) => {
    if (fates[i] === 'inadmissible') return Int8Array.from(update, (value, k) => (k === 5 ? -128 : value))
    return fates[i] === 'copied' ? updates[0]! : update
  })
  const roots = given.map((update) => toHex(updateRoot(update)))
  const members = roots.map((_, slot) => ({
    member: `0x${(slot + 1).toString(16).padStart(40, '0')}` as const,
    operatorKey: `0x${(slot + 1).toString(16).padStart(40, '1')}` as const,
    slot,
    stake: BigInt(slot + 10) * 10n ** 18n,
  }))
  const noise = (text: string): Hash => toHex(keccak(new TextEncoder().encode(text)))
  const signature = (text: string): Hash => `${noise(text)}${noise(`${text}.`).slice(2)}1b`
  const hidden = (i: number): boolean => fates[i] === 'unrevealed' || fates[i] === 'unavailable'
  const held = roots.reduce((bits, _, i) => (hidden(i) ? bits : bits | (1n << BigInt(i))), 0n)
  const record: RoundRecord = {
    version: 2,
    chainId: 1,
    ledger: `0x${'aa'.repeat(20)}`,
    task: 1n,
    round,
    base: ZERO_HASH,
    snapshot: { timepoint: 1, totalStake: members.reduce((sum, { stake }) => sum + stake, 0n), members },
    seal: { operator: `0x${'bb'.repeat(20)}`, operatorKey: `0x${'cc'.repeat(20)}`, slot: 100 },
    rows: roots.map((root, i) => ({
      member: members[i]!.member,
      commitment: noise(`commitment ${i}`),
      source: i % 5 === 4 ? VIA_CHAIN : viaSignature(signature(`commitment ${i}`)),
      ...(fates[i] === 'unrevealed'
        ? {}
        : { reveal: { updateRoot: root, salt: noise(`salt ${i}`), signature: signature(`reveal ${i}`) } }),
    })),
    attestations: members.map(({ member }) => ({ member, held, signature: signature(`attestation ${member}`) })),
  }
  const reference = referenceOf(spec, padded)
  const base: ModelState = {
    round: 0n,
    claimHash: ZERO_HASH,
    height: 0,
    claim: genesisClaim(specHash(spec), toHex(modelRoot(model)), reference ? toHex(updateRoot(reference)) : ZERO_HASH),
    model,
    reference,
    ledger: new Map(),
    ledgerTotal: 0n,
  }
  const available = given.flatMap((update, i): [Hash, Int8Array][] => (hidden(i) ? [] : [[roots[i]!, update]]))
  return { task: 1n, spec, document, base, record, updates: new Map(available) } satisfies ClaimInput
}

function referenceOf(spec: TaskSpec, length: number): Int8Array | null {
  return spec.rule.reference === 0 ? null : Int8Array.from({ length }, (_, k) => ((k * 40_503) % 61) - 30)
}
