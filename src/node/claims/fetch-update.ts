import { QuorateError } from '../../core/index.ts'
import { paddedLength } from '../../protocol/index.ts'
import type { Hash } from '../../protocol/index.ts'
import type { ReplayPorts } from '../ports.ts'

type UpdateNeeds = Pick<ReplayPorts, 'task' | 'metrics'> & {
  stores: Pick<ReplayPorts['stores'], 'updates' | 'leaves'>
  supply: Pick<ReplayPorts['supply'], 'fetchUpdate'>
}

/**
 * The file of an update: from the store, or from peers and then stored.
 *
 * @throws QuorateError UPDATE_LENGTH for one of another task, BLOB_NOT_FOUND, BLOB_MISMATCH, CANCELLED
 */
export async function obtainUpdate(
  { task, stores, supply, metrics }: UpdateNeeds,
  root: Hash,
  signal: AbortSignal,
): Promise<{ file: string }> {
  const { updates, leaves } = stores
  if (!(await updates.has(root))) {
    const { bytes, leaves: hashes } = await supply.fetchUpdate(root, signal)
    const actual = leaves.add(hashes)
    if (actual !== root) throw new QuorateError('BLOB_MISMATCH', `the chunks of update ${root} lead to ${actual}`)
    await updates.put(root, bytes, { verify: false })
    metrics.count('update_bytes_total', { direction: 'in' }, bytes.length)
  }
  const length = await updates.size(root)
  const expected = paddedLength(task.spec)
  if (length !== expected)
    throw new QuorateError('UPDATE_LENGTH', `update ${root} has ${length} coordinates instead of ${expected}`)
  return { file: updates.file(root) }
}
