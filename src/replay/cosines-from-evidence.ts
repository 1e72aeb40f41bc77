import { similarity } from '../aggregation/index.ts'
import { QuorateError } from '../core/index.ts'
import { openedLeaves, sumLevels } from '../judge/index.ts'
import { isAdmitted } from '../protocol/index.ts'
import type { Address } from '../protocol/index.ts'
import { openingOf, readSpec } from './leaves-from-evidence.ts'
import type { LeavesSource } from './leaves-from-evidence.ts'

/** How alike the updates of a round are. */
export interface RoundCosines {
  round: bigint
  /** Owners of the admitted updates, in the order of the matrix. */
  members: Address[]
  /** −1 … 1. */
  cosines: number[][]
}

/**
 * The cosines of a round's updates from a folder of evidence. The Gram matrix is checked against its root on chain, so the folder need not be trusted.
 *
 * @throws QuorateError EVIDENCE_MISSING, SPEC_MISMATCH, OPENING_MALFORMED, OPENING_MISMATCH
 * @example const { members, cosines } = await cosinesFromEvidence('state/evidence', { task, specHash, claims, round })
 */
export async function cosinesFromEvidence(folder: string, source: Omit<LeavesSource, 'member'>): Promise<RoundCosines> {
  const { task, claims, round } = source
  const posted = claims.find((one) => one.round === round)
  if (!posted) throw new QuorateError('EVIDENCE_MISSING', `no claim of round ${round} stands`, { details: { round } })
  const spec = await readSpec(folder, source)
  const { rows, gram } = openedLeaves(await openingOf(folder, task, round), spec, posted.claim)
  const members = rows.filter(({ verdict }) => isAdmitted(verdict)).map(({ member }) => member)
  // The public row of the task comes last, and is no member.
  const { cosines } = similarity(gram.map((sums) => BigInt(sumLevels(sums).at(-1)![0]!.sum)))
  return { round, members, cosines: members.map((_, i) => cosines[i]!.slice(0, members.length)) }
}
