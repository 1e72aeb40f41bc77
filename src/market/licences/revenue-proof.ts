import { QuorateError } from '../../core/index.ts'
import { ledgerLevels, merkleProof, sameAddress, toHex } from '../../protocol/index.ts'
import type { Address, Hash, LedgerLeaf } from '../../protocol/index.ts'
import { ledgerFromEvidence } from '../../replay/index.ts'
import type { PlacedClaim } from './claim-of-round.ts'

/** A contributor's leaf in the ledger of a model, with the path that shows it. */
export interface RevenueProof {
  leaf: LedgerLeaf
  slot: number
  /** Ten siblings, from the leaf up. */
  proof: Hash[]
}

/**
 * Finds a contributor's leaf in the ledger that a claim commits to.
 *
 * @param evidence folder of any node, with `<task>/<round>/`; it need not be trusted
 * @param specHash as the chain names it
 * @throws QuorateError EVIDENCE_MISSING, NOTHING_TO_CLAIM for an account without a leaf
 */
export async function revenueProof(
  evidence: string,
  { task, round, claim }: PlacedClaim,
  { contributor, specHash }: { contributor: Address; specHash: Hash },
): Promise<RevenueProof> {
  const found = await ledgerFromEvidence(evidence, { task, specHash, claims: [{ round, claim }] })
  if ('missing' in found) throw new QuorateError('EVIDENCE_MISSING', found.missing)
  const entry = [...found.ledger].find(([, { member }]) => sameAddress(member, contributor))
  if (entry === undefined)
    throw new QuorateError('NOTHING_TO_CLAIM', `${contributor} has no leaf in the ledger of round ${round} of task ${task}`)
  const [slot, leaf] = entry
  return { leaf, slot, proof: merkleProof(ledgerLevels(found.ledger), slot).map(toHex) }
}

/** A contributor's share of all revenue of a model, as the market computes it: rounded down. Token wei. */
export function revenueShare(total: bigint, reward: bigint, ledgerTotal: bigint): bigint {
  return ledgerTotal === 0n ? 0n : (total * reward) / ledgerTotal
}
