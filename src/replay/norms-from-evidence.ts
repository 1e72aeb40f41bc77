import { openedLeaves, sumLevels } from '../judge/index.ts'
import { isAdmitted } from '../protocol/index.ts'
import { openingOf, readSpec } from './leaves-from-evidence.ts'
import type { LeavesSource } from './leaves-from-evidence.ts'
import { QuorateError } from '../core/index.ts'

/**
 * Squared norms of the admitted updates of a round, in the order of its rows, from a folder of evidence. The Gram matrix is checked against its root on chain, so
 * the folder need not be trusted.
 *
 * @throws QuorateError EVIDENCE_MISSING, SPEC_MISMATCH, OPENING_MALFORMED, OPENING_MISMATCH
 */
export async function normsFromEvidence(folder: string, source: Omit<LeavesSource, 'member'>): Promise<bigint[]> {
  const { task, claims, round } = source
  const posted = claims.find((one) => one.round === round)
  if (!posted) throw new QuorateError('EVIDENCE_MISSING', `no claim of round ${round} stands`, { details: { round } })
  const spec = await readSpec(folder, source)
  const { rows, gram } = openedLeaves(await openingOf(folder, task, round), spec, posted.claim)
  const admitted = rows.filter(({ verdict }) => isAdmitted(verdict)).length
  // Pairs are listed row by row; the last of row i is its product with itself.
  return Array.from({ length: admitted }, (_, i) => BigInt(sumLevels(gram[(i * (i + 3)) / 2]!).at(-1)![0]!.sum))
}
