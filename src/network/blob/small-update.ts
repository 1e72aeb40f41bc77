import { setTimeout as delay } from 'node:timers/promises'
import { setMaxListeners } from 'node:events'
import { QuorateError } from '../../core/errors.ts'
import { toHex } from '../../protocol/bytes.ts'
import { chunkHashes, rootOfLeaves } from '../../protocol/trees.ts'
import { SEGMENT } from '../../protocol/types.ts'
import { networkLimits } from '../limits.ts'
import type { PeerKey } from '../peer-key.ts'
import { updateRequest } from './blob-protocol.ts'
import type { FetchComponents } from './fetch-components.ts'
import { FetchFailures } from './fetch-failures.ts'
import type { UpdateFetch, VerifiedSegments } from './update-fetch.ts'

const limits = networkLimits.blob

/**
 * Pulls a small update whole, in one request to one peer, and checks all of it against the root. The next peer is asked when one fails, and beside
 * it when one takes longer than its length allows.
 *
 * @throws QuorateError BLOB_NOT_FOUND, BLOB_MISMATCH (details `peer`, `failures`), CANCELLED; what `onSegments` throws
 */
export async function fetchSmallUpdate(components: FetchComponents, fetch: UpdateFetch): Promise<void> {
  const { root, segments, peers, signal } = fetch
  const ended = new AbortController()
  const either = AbortSignal.any([signal, ended.signal])
  setMaxListeners(0, either)
  const failures = new FetchFailures()
  const queue = [...new Set(peers)]
  let found: VerifiedSegments | undefined
  const lane = async (): Promise<void> => {
    for (let peer = queue.shift(); peer && !either.aborted; peer = queue.shift()) {
      try {
        found = await pull(components, fetch, peer, either)
        ended.abort()
      } catch (error) {
        if (!either.aborted) failures.add(peer, error)
      }
    }
  }
  const lanes = [lane()]
  const hedgeMs = limits.hedgeMs + segments * limits.hedgeMsPerSegment
  while (queue.length > 0 && !either.aborted) {
    const done = Promise.all(lanes)
    const late = delay(hedgeMs, true, { signal: either }).catch(() => false)
    if (await Promise.race([done.then(() => false), late])) lanes.push(lane())
  }
  await Promise.all(lanes)
  ended.abort()
  if (found) return fetch.onSegments(found)
  if (signal.aborted) throw new QuorateError('CANCELLED', `fetching ${root} was cancelled`, { cause: signal.reason })
  throw failures.toError(root, 'the update')
}

async function pull(
  { links, node, metrics }: FetchComponents,
  { root, segments }: UpdateFetch,
  peer: PeerKey,
  signal: AbortSignal,
): Promise<VerifiedSegments> {
  const length = segments * SEGMENT
  const all = Array.from({ length: segments }, (_, index) => index)
  const { bytes } = await links.ask(peer, updateRequest(root, all), { most: length, signal })
  metrics.count('blob_fetched_bytes_total', {}, bytes.length)
  const leaves = bytes.length === length ? chunkHashes(bytes) : undefined
  if (leaves && toHex(rootOfLeaves(leaves)) === root.toLowerCase()) return { first: 0, bytes, leaves }
  metrics.count('blob_bad_segments_total')
  node.penalise(peer, 'badSegment')
  throw new QuorateError('BLOB_MISMATCH', `the bytes from ${peer} do not lead to ${root}`, { details: { peer } })
}
