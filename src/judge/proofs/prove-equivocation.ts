import type { Address, ConflictKind, SignedStatement } from '../../protocol/index.ts'
import type { JudgeProof } from './proof.ts'

/** What two statements are about, in the order of the contract. */
const KINDS = { commitment: 0, attestation: 1, seal: 2 } satisfies Record<ConflictKind, number>

export interface EquivocationInput {
  task: bigint
  round: bigint
  kind: ConflictKind
  /** Owner address of who signed both. */
  signer: Address
  first: SignedStatement
  second: SignedStatement
}

/**
 * Two statements of one signer for one round that contradict each other: two commitments, two attestations over one sealed set, two seals. Agreements
 * do not count: a round may honestly be posted twice.
 */
export function buildEquivocationProof({ kind, ...input }: EquivocationInput): JudgeProof {
  return { functionName: 'proveEquivocation', args: [{ ...input, recipient: `0x${'00'.repeat(20)}`, kind: KINDS[kind] }] }
}
