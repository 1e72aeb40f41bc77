import { CHUNK, isAdmitted, tensorChunks } from '../../protocol/index.ts'
import type { ClaimParts } from '../claim-parts.ts'
import type { JudgeProof } from '../proofs/proof.ts'
import { buildAdmissionProof } from '../proofs/prove-members.ts'
import type { KnownRound } from './known-round.ts'

/**
 * Admitted rows whose update has a value that no update may have: -128, or other than 0 past the last tensor. Updates that are not here are not looked at.
 *
 * @param honest rows of the replay, if there is one; its admitted rows are not read again
 */
export function checkUpdates(posted: ClaimParts, _: KnownRound, honest?: Pick<ClaimParts, 'rows'>): JudgeProof | undefined {
  const right = new Set(honest?.rows.flatMap(({ verdict, updateRoot }) => (isAdmitted(verdict) ? [updateRoot] : [])))
  for (const [i, { verdict, updateRoot }] of posted.rows.entries()) {
    const update = isAdmitted(verdict) && !right.has(updateRoot) ? posted.updates.get(updateRoot) : undefined
    const at = update ? faultIn(update, tensorChunks(posted.spec) * CHUNK) : -1
    if (at >= 0) return buildAdmissionProof(posted, i, Math.floor(at / CHUNK))
  }
  return undefined
}

/** Place of a value that no update may have, -1 if there is none. @param end where padding begins */
function faultIn(update: Int8Array, end: number): number {
  const at = update.indexOf(-128)
  if (at >= 0) return at
  const padding = update.subarray(end).findIndex((value) => value !== 0)
  return padding < 0 ? -1 : end + padding
}
