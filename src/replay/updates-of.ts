import { isQuorateError } from '../core/index.ts'
import { readRow } from '../engine/index.ts'
import type { RowSource } from '../engine/index.ts'
import type { Updates } from '../judge/index.ts'
import type { Hash } from '../protocol/index.ts'
import type { KeptLeaves } from './kept-leaves.ts'

/**
 * Updates as proofs read them: each from its file when it is looked at. The map may still grow.
 *
 * @param leaves told of an update whose file is not what was verified; `get` throws STORAGE_DAMAGED then
 */
export function updatesOf(rows: ReadonlyMap<Hash, RowSource>, leaves?: Pick<KeptLeaves, 'forget'>): Updates {
  return {
    get(root) {
      const row = rows.get(root)
      try {
        return row && readRow(row)
      } catch (error) {
        if (isQuorateError(error, 'STORAGE_DAMAGED')) leaves?.forget(root)
        throw error
      }
    },
  }
}
