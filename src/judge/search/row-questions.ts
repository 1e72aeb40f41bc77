import { COURT_ROWS, CourtKind, CourtTree, courtUnits } from '../../protocol/index.ts'
import type { CourtQuestion } from './search-state.ts'

/**
 * Asks for members rows at the least price: 16 neighbours at once where that costs less than the hidden ones of them.
 *
 * @param hidden places of the rows, rising
 */
export function rowQuestions(hidden: readonly number[]): CourtQuestion[] {
  const groups = Map.groupBy(hidden, (row) => Math.floor(row / COURT_ROWS))
  const together = courtUnits(CourtKind.rows, CourtTree.members)
  const alone = courtUnits(CourtKind.leaf, CourtTree.members)
  return [...groups].flatMap(([index, rows]): CourtQuestion[] =>
    rows.length * alone > together
      ? [{ kind: 'rows', index }]
      : rows.map((row) => ({ kind: 'leaf', tree: CourtTree.members, index: row })),
  )
}
