import { isQuorateError, QuorateError } from '../../core/index.ts'
import { emptyChecks, takeChecks } from '../../engine/index.ts'
import type { RowFile } from '../../engine/index.ts'
import { CHUNK, CHUNKS_PER_SEGMENT, paddedLength, SEGMENT } from '../../protocol/index.ts'
import type { Address, Hash } from '../../protocol/index.ts'
import { SpoolFile } from '../../storage/index.ts'
import type { ReplayPorts } from '../ports.ts'
import { own } from './outcome.ts'

type UpdateNeeds = Pick<ReplayPorts, 'task' | 'metrics'> & {
  stores: Pick<ReplayPorts['stores'], 'updates' | 'leaves'>
  supply: Pick<ReplayPorts['supply'], 'fetchUpdate'>
}

/**
 * The file of an update: from the store, or from peers and then stored.
 *
 * @param author the member that made it: the peer that surely has it
 * @throws OwnTrouble of the disk; QuorateError UPDATE_LENGTH for one of another task, and what the supply throws
 */
export async function obtainUpdate(needs: UpdateNeeds, root: Hash, signal: AbortSignal, author?: Address): Promise<RowFile> {
  const { updates, leaves } = needs.stores
  if (!(await isIntact(needs, root))) await pullUpdate(needs, root, signal, author)
  const checks = leaves.checks(root)
  return { file: updates.file(root), ...(checks && { checks }) }
}

/**
 * Whether the store has the update, and has verified its bytes since the process started. One that was damaged meanwhile is moved away.
 * Later changes are found when the file is read (`RowFile.checks`).
 */
async function isIntact({ task, stores: { updates, leaves } }: UpdateNeeds, root: Hash): Promise<boolean> {
  if (!(await own(async () => updates.has(root)))) return false
  const expected = paddedLength(task.spec)
  const length = await own(async () => updates.size(root))
  if (length !== expected) {
    // Whole, it is one of another task.
    if ((await own(async () => bytesOf(updates, root))) === undefined) return false
    throw new QuorateError('UPDATE_LENGTH', `update ${root} has ${length} coordinates instead of ${expected}`)
  }
  if (leaves.checks(root)) return true
  if ((await own(async () => leaves.verify(updates.file(root), expected / SEGMENT))) === root) return true
  await own(async () => updates.setAside(root))
  return false
}

/** The bytes of an update, verified; undefined when the store has them no more, damaged ones included. */
async function bytesOf(updates: Pick<UpdateNeeds['stores']['updates'], 'get'>, root: Hash): Promise<Uint8Array | undefined> {
  return updates.get(root).catch((error: unknown) => {
    if (!isQuorateError(error, 'BLOB_NOT_FOUND')) throw error
    return undefined
  })
}

/** Writes the segments where the store keeps the update as they arrive: only their hashes are in memory. */
async function pullUpdate(
  { task, stores, supply, metrics }: UpdateNeeds,
  root: Hash,
  signal: AbortSignal,
  author: Address | undefined,
): Promise<void> {
  const hashes = new Uint8Array((paddedLength(task.spec) / CHUNK) * 32)
  const checks = emptyChecks(paddedLength(task.spec) / SEGMENT)
  await using file = await own(async () => SpoolFile.create(stores.updates.file(root)))
  await supply.fetchUpdate(root, {
    signal,
    author,
    async onSegments({ first, bytes, leaves }) {
      hashes.set(leaves, first * CHUNKS_PER_SEGMENT * 32)
      takeChecks(checks, bytes, first)
      await own(async () => file.write(first * SEGMENT, bytes))
    },
  })
  const actual = stores.leaves.add(hashes, checks)
  if (actual !== root) throw new QuorateError('BLOB_MISMATCH', `the chunks of update ${root} lead to ${actual}`)
  await own(async () => file.commit())
  metrics.count('update_bytes_total', { direction: 'in' }, file.size)
}
