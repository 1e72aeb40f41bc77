import { setMaxListeners } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { QuorateError } from '../../core/errors.ts'
import { equalBytes } from '../../protocol/bytes.ts'
import { chunkHashes, rootOfLeaves } from '../../protocol/trees.ts'
import { CHUNKS_PER_SEGMENT, SEGMENT } from '../../protocol/types.ts'
import { networkLimits } from '../limits.ts'
import type { PeerKey } from '../peer-key.ts'
import { updateRequest } from './blob-protocol.ts'
import type { FetchComponents } from './fetch-components.ts'
import { FetchFailures } from './fetch-failures.ts'
import { fetchRoots } from './fetch-roots.ts'
import { SegmentPool } from './segment-pool.ts'
import type { UpdateFetch } from './update-fetch.ts'

const limits = networkLimits.blob

/**
 * Pulls one large update by its root: first the segment roots, which must hash to the root, then the segments from
 * several peers at once, each checked against its root as it arrives (docs/protocol.md §2). A peer that sends wrong
 * bytes is penalised and dropped from the fetch, one that lacks them is dropped, and others take over. Values are not
 * checked (0x80, padding), because the root covers the committed bytes.
 */
export class LargeUpdate {
  readonly #components: FetchComponents
  readonly #fetch: UpdateFetch
  readonly #failures = new FetchFailures()
  readonly #ended = new AbortController()
  readonly #signal: AbortSignal
  readonly #queue: PeerKey[]
  readonly #pool: SegmentPool<PeerKey>
  #roots: readonly Uint8Array[] = []
  #storeFailure: { error: unknown } | undefined

  constructor(components: FetchComponents, fetch: UpdateFetch) {
    this.#components = components
    this.#fetch = fetch
    this.#signal = AbortSignal.any([fetch.signal, this.#ended.signal])
    // One listener per request that runs: more than the ten Node takes for a leak.
    setMaxListeners(0, this.#signal)
    this.#queue = [...new Set(fetch.peers)]
    // Nodes that fetch the same update start at different places, so that they soon hold different segments.
    const first = Math.floor(components.random() * fetch.segments)
    this.#pool = new SegmentPool(Array.from({ length: fetch.segments }, (_, i) => (first + i) % fetch.segments))
  }

  /**
   * @throws QuorateError BLOB_NOT_FOUND, BLOB_MISMATCH (details `peer`, `segment`, `failures`), CANCELLED; what `onSegments` throws
   */
  async run(): Promise<void> {
    const { root, segments, signal } = this.#fetch
    const onAbort = (): void => this.#pool.wake()
    this.#signal.addEventListener('abort', onAbort)
    try {
      if (await this.#findRoots()) await this.#pullAll()
    } finally {
      this.#ended.abort()
      this.#signal.removeEventListener('abort', onAbort)
    }
    if (this.#storeFailure) throw this.#storeFailure.error
    if (this.#pool.missing === 0) return
    if (signal.aborted) throw new QuorateError('CANCELLED', `fetching ${root} was cancelled`, { cause: signal.reason })
    throw this.#failures.toError(root, `${this.#pool.missing} of ${segments} segments`)
  }

  /**
   * Asks two peers at a time, and one more after each `hedgeMs`, so that peers that are silent or slow cost little. A peer that fails is
   * excluded from the whole fetch.
   */
  async #findRoots(): Promise<boolean> {
    const { root, segments } = this.#fetch
    const found = new AbortController()
    const signal = AbortSignal.any([this.#signal, found.signal])
    const candidates = [...this.#queue]
    const lane = async (): Promise<void> => {
      for (let peer = candidates.shift(); peer && !signal.aborted; peer = candidates.shift()) {
        try {
          const roots = await fetchRoots(this.#components, root, { segments, peer, signal })
          this.#roots = roots
          found.abort()
        } catch (error) {
          if (signal.aborted) return
          this.#failures.add(peer, error)
          this.#queue.splice(this.#queue.indexOf(peer), 1)
        }
      }
    }
    const lanes = [lane(), lane()]
    while (candidates.length > 0 && !signal.aborted) {
      const done = Promise.all(lanes).then(() => false)
      const late = delay(limits.hedgeMs, true, { signal }).catch(() => false)
      if (await Promise.race([done, late])) lanes.push(lane())
    }
    await Promise.all(lanes)
    return this.#roots.length > 0
  }

  async #pullAll(): Promise<void> {
    const workers = Math.min(limits.parallelPeers, this.#queue.length)
    const lane = async (): Promise<void> => {
      for (let peer = this.#queue.shift(); peer && this.#wanted(); peer = this.#queue.shift()) await this.#pullFrom(peer, workers)
    }
    const lanes = Promise.all(Array.from({ length: workers }, lane))
    // Requests that others have overtaken end with the last segment instead of at their own pace.
    await Promise.race([lanes, this.#complete()])
    this.#ended.abort()
    await lanes
  }

  /** Takes shares for one peer, a few requests at a time, until nothing is missing or the peer falls out. */
  async #pullFrom(peer: PeerKey, workers: number): Promise<void> {
    const state = { failed: false }
    const line = async (): Promise<void> => {
      try {
        while (this.#wanted() && !state.failed) {
          const size = this.#pool.share(workers * limits.requestsPerPeer, limits.batch, limits.leastShare)
          // In ascending order, because consecutive segments are one read there and one write here.
          const share = this.#pool.take(peer, size).toSorted((a, b) => a - b)
          if (share.length > 0) await this.#pull(peer, share)
          else await this.#pool.changed()
        }
      } catch (error) {
        if (!this.#signal.aborted && !state.failed) this.#failures.add(peer, error)
        state.failed = true
        this.#pool.wake()
      }
    }
    await Promise.all(Array.from({ length: limits.requestsPerPeer }, line))
  }

  async #pull(peer: PeerKey, share: number[]): Promise<void> {
    const { links, metrics } = this.#components
    const left = [...share]
    try {
      const most = share.length * SEGMENT
      const { bytes } = await links.ask(peer, updateRequest(this.#fetch.root, share), { most, signal: this.#signal })
      metrics.count('blob_fetched_bytes_total', {}, bytes.length)
      if (bytes.length !== most) throw this.#malformed(peer)
      const leaves = chunkHashes(bytes)
      const good = share.findIndex((index, i) => !this.#matches(index, leavesOf(leaves, i, 1)))
      const arrived = good < 0 ? share : share.slice(0, good)
      left.splice(0, arrived.length)
      await this.#store(arrived, bytes, leaves)
      if (good >= 0) throw this.#wrong(peer, share[good]!)
    } finally {
      this.#pool.release(peer, left)
    }
  }

  #matches(index: number, leaves: Uint8Array): boolean {
    return equalBytes(rootOfLeaves(leaves), this.#roots[index]!)
  }

  /** Hands over what no other peer brought before, as few runs of segments. */
  async #store(arrived: readonly number[], bytes: Uint8Array, leaves: Uint8Array): Promise<void> {
    const fresh = arrived.map((index) => this.#pool.complete(index))
    try {
      for (let from = 0, to = 1; from < arrived.length; from = to++) {
        while (to < arrived.length && fresh[to] === fresh[from] && arrived[to] === arrived[to - 1]! + 1) to++
        const count = to - from
        if (!fresh[from]) continue
        const segments = bytes.subarray(from * SEGMENT, to * SEGMENT)
        await this.#fetch.onSegments({ first: arrived[from]!, bytes: segments, leaves: leavesOf(leaves, from, count) })
      }
    } catch (error) {
      this.#storeFailure ??= { error }
      this.#ended.abort()
    }
  }

  #wrong(peer: PeerKey, segment: number): QuorateError {
    const { metrics, node } = this.#components
    metrics.count('blob_bad_segments_total')
    node.penalise(peer, 'badSegment')
    return new QuorateError('BLOB_MISMATCH', `segment ${segment} from ${peer} does not match its root`, {
      details: { peer, segment },
    })
  }

  #malformed(peer: PeerKey): QuorateError {
    this.#components.node.penalise(peer, 'malformed')
    return new QuorateError('MESSAGE_MALFORMED', `${peer} sent an answer that does not match the request`, { details: { peer } })
  }

  #wanted(): boolean {
    return this.#pool.missing > 0 && !this.#signal.aborted
  }

  async #complete(): Promise<void> {
    while (this.#wanted()) await this.#pool.changed()
  }
}

/** Chunk hashes of `count` segments from the given one. */
function leavesOf(leaves: Uint8Array, first: number, count: number): Uint8Array {
  const bytes = CHUNKS_PER_SEGMENT * 32
  return leaves.subarray(first * bytes, (first + count) * bytes)
}
