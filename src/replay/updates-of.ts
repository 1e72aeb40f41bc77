import { readRow } from '../engine/index.ts'
import type { RowSource } from '../engine/index.ts'
import type { Updates } from '../judge/index.ts'
import type { Hash } from '../protocol/index.ts'

/** Updates as proofs read them: each from its file when it is looked at. The map may still grow. */
export function updatesOf(rows: ReadonlyMap<Hash, RowSource>): Updates {
  return {
    get(root) {
      const row = rows.get(root)
      return row && readRow(row)
    },
  }
}
