import { isAdmitted } from '../../protocol/index.ts'
import type { ClaimParts } from '../claim-parts.ts'

/** Places of the rows that the claim admits: the rows of its Gram matrix and of its trace, in their order. */
export function admittedRows(parts: ClaimParts): number[] {
  return parts.rows.flatMap((row, i) => (isAdmitted(row.verdict) ? [i] : []))
}

/** Whether two claims admit the same updates with the same weights. Where they do not, the rest of one claim says nothing about the other. */
export function sameWeights(posted: ClaimParts, honest: ClaimParts): boolean {
  const key = (parts: ClaimParts): string =>
    parts.rows
      .map(
        ({ member, verdict, beta, updateRoot }) =>
          `${member} ${isAdmitted(verdict) ? verdict : 0} ${beta} ${beta ? updateRoot : ''}`,
      )
      .join()
  return key(posted).toLowerCase() === key(honest).toLowerCase()
}
