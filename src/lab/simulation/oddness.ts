import { TraceKind } from '../../aggregation/index.ts'
import type { AggregateResult } from '../../aggregation/index.ts'
import { isAdmitted } from '../../protocol/index.ts'

/** Oddness is in units of 2^-16. */
const ONE = 65_536

/**
 * How odd the rule found each row of a round: an ordinary row is near 1 (docs/aggregation.md §5).
 *
 * @returns one number for each row; undefined where the rule did not look at it, and for rules without oddness
 */
export function oddnessOf({ trace, rows }: Pick<AggregateResult, 'trace' | 'rows'>): (number | undefined)[] {
  const words = trace.find(({ kind }) => kind === TraceKind.oddness)?.words
  let next = 0
  return rows.map(({ verdict }) => {
    const word = isAdmitted(verdict) ? words?.[next++] : undefined
    return word === undefined ? undefined : Number(word) / ONE
  })
}
