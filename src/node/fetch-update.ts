import { paddedLength } from '../protocol/index.ts'
import type { Hash } from '../protocol/index.ts'
import { QuorateError } from '../core/index.ts'
import type { RoundContext } from './round-context.ts'
import type { EffectHandler } from './round-runner.ts'

type Needs = Pick<RoundContext, 'spec' | 'updates' | 'peers' | 'metrics'>

/** The bytes of an update: from disk, or from peers and then kept. */
export async function obtainUpdate(context: Needs, root: Hash, signal: AbortSignal): Promise<Int8Array> {
  const { updates, peers, spec } = context
  let bytes: Uint8Array
  if (await updates.has(root)) {
    bytes = await updates.get(root, { verify: false })
  } else {
    bytes = await peers.fetchUpdate(root, signal)
    await updates.put(root, bytes, { verify: false })
    context.metrics.count('update_bytes_total', { direction: 'in' }, bytes.length)
  }
  if (bytes.length !== paddedLength(spec)) {
    throw new QuorateError('UPDATE_LENGTH', `update ${root} has ${bytes.length} coordinates instead of ${paddedLength(spec)}`)
  }
  return new Int8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** Performs `fetch`: pulls a revealed update so that it can be attested and aggregated. */
export function fetchHandler(context: Needs): EffectHandler<'fetch'> {
  return async ({ updateRoot }, _state, signal) => {
    await obtainUpdate(context, updateRoot, signal)
    return [{ type: 'held', updateRoot }]
  }
}
