import { QuorateError } from '../../core/index.ts'
import { CHUNK, CHUNKS_PER_SEGMENT, paddedLength, SEGMENT } from '../../protocol/index.ts'
import type { Address, Hash } from '../../protocol/index.ts'
import { SpoolFile } from '../../storage/index.ts'
import type { ReplayPorts } from '../ports.ts'

type UpdateNeeds = Pick<ReplayPorts, 'task' | 'metrics'> & {
  stores: Pick<ReplayPorts['stores'], 'updates' | 'leaves'>
  supply: Pick<ReplayPorts['supply'], 'fetchUpdate'>
}

/**
 * The file of an update: from the store, or from peers and then stored.
 *
 * @param author the member that made it: the peer that surely has it
 * @throws QuorateError UPDATE_LENGTH for one of another task, BLOB_NOT_FOUND, BLOB_MISMATCH, CANCELLED
 */
export async function obtainUpdate(
  needs: UpdateNeeds,
  root: Hash,
  signal: AbortSignal,
  author?: Address,
): Promise<{ file: string }> {
  const { updates } = needs.stores
  if (!(await updates.has(root))) await pullUpdate(needs, root, signal, author)
  const length = await updates.size(root)
  const expected = paddedLength(needs.task.spec)
  if (length !== expected)
    throw new QuorateError('UPDATE_LENGTH', `update ${root} has ${length} coordinates instead of ${expected}`)
  return { file: updates.file(root) }
}

/** Writes the segments where the store keeps the update as they arrive: only their hashes are in memory. */
async function pullUpdate(
  { task, stores, supply, metrics }: UpdateNeeds,
  root: Hash,
  signal: AbortSignal,
  author: Address | undefined,
): Promise<void> {
  const hashes = new Uint8Array((paddedLength(task.spec) / CHUNK) * 32)
  await using file = await SpoolFile.create(stores.updates.file(root))
  await supply.fetchUpdate(root, {
    signal,
    author,
    async onSegments({ first, bytes, leaves }) {
      hashes.set(leaves, first * CHUNKS_PER_SEGMENT * 32)
      await file.write(first * SEGMENT, bytes)
    },
  })
  const actual = stores.leaves.add(hashes)
  if (actual !== root) throw new QuorateError('BLOB_MISMATCH', `the chunks of update ${root} lead to ${actual}`)
  await file.commit()
  metrics.count('update_bytes_total', { direction: 'in' }, file.size)
}
