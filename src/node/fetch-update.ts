import { QuorateError } from '../core/index.ts'
import { paddedLength } from '../protocol/index.ts'
import type { Hash } from '../protocol/index.ts'
import type { RoundContext } from './round-context.ts'
import type { EffectHandler } from './round-runner.ts'

type Needs = Pick<RoundContext, 'spec' | 'updates' | 'leaves' | 'peers' | 'metrics'>

/**
 * The file of an update: from the store, or from peers and then stored.
 *
 * @throws QuorateError UPDATE_LENGTH for one of another task, BLOB_NOT_FOUND, BLOB_MISMATCH, CANCELLED
 */
export async function obtainUpdate(context: Needs, root: Hash, signal: AbortSignal): Promise<{ file: string }> {
  const { updates, leaves, peers, spec, metrics } = context
  if (!(await updates.has(root))) {
    const { bytes, leaves: hashes } = await peers.fetchUpdate(root, signal)
    const actual = leaves.add(hashes)
    if (actual !== root) throw new QuorateError('BLOB_MISMATCH', `the chunks of update ${root} lead to ${actual}`)
    await updates.put(root, bytes, { verify: false })
    metrics.count('update_bytes_total', { direction: 'in' }, bytes.length)
  }
  const length = await updates.size(root)
  if (length !== paddedLength(spec)) {
    throw new QuorateError('UPDATE_LENGTH', `update ${root} has ${length} coordinates instead of ${paddedLength(spec)}`)
  }
  return { file: updates.file(root) }
}

/** Performs `fetch`: pulls a revealed update so that it can be attested and aggregated. */
export function fetchHandler(context: Needs): EffectHandler<'fetch'> {
  return async ({ updateRoot }, _state, signal) => {
    await obtainUpdate(context, updateRoot, signal)
    return [{ type: 'held', updateRoot }]
  }
}
