import { setMaxListeners } from 'node:events'
import { create } from '@bufbuild/protobuf'
import { QuorateError } from '../../core/errors.ts'
import type { Metrics } from '../../core/metrics.ts'
import { equalBytes, fromHex } from '../../protocol/bytes.ts'
import { UpdateRequestSchema } from '../../protocol/gen/quorate/v1/messages_pb.ts'
import { chunkHashes, rootOfLeaves } from '../../protocol/trees.ts'
import { SEGMENT } from '../../protocol/types.ts'
import type { Hash } from '../../protocol/types.ts'
import { networkLimits } from '../limits.ts'
import type { PeerKey } from '../peer-key.ts'
import { requestBlob } from './blob-request.ts'
import type { BlobPart, BlobRequestComponents } from './blob-request.ts'
import { FetchFailures } from './fetch-failures.ts'
import { fetchRoots } from './fetch-roots.ts'
import { SegmentPool } from './segment-pool.ts'

export interface UpdateFetchOptions {
  root: Hash
  /** Segments of the update: its padded length / 8192. */
  segments: number
  /** Whom to ask, the likeliest holder first. */
  peers: readonly PeerKey[]
  signal: AbortSignal
  /** Takes each segment once, verified, in any order, with the hashes of its chunks (1024 bytes). What it throws ends the fetch. */
  onSegment(index: number, bytes: Uint8Array, leaves: Uint8Array): void | Promise<void>
}

const limits = networkLimits.blob
/** Bytes around a segment on the wire: tags, lengths, index. */
const OVERHEAD = 32

/**
 * Pulls one update by its root: first the segment roots, which must hash to the root, then the segments from several peers at
 * once, each checked against its root as it arrives (docs/protocol.md §2). A peer that sends wrong bytes is penalised and
 * dropped from the fetch, one that lacks them is dropped, and others take over. Values are not judged (0x80, padding): the root
 * covers whatever was committed.
 */
export class UpdateFetch {
  readonly #components: BlobRequestComponents & { metrics: Metrics }
  readonly #options: UpdateFetchOptions
  readonly #failures = new FetchFailures()
  readonly #ended = new AbortController()
  readonly #signal: AbortSignal
  readonly #queue: PeerKey[]
  readonly #pool: SegmentPool<PeerKey>
  #roots: readonly Uint8Array[] = []
  #storeFailure: { error: unknown } | undefined

  constructor(components: BlobRequestComponents & { metrics: Metrics }, options: UpdateFetchOptions) {
    this.#components = components
    this.#options = options
    this.#signal = AbortSignal.any([options.signal, this.#ended.signal])
    // One listener per request that runs: more than the ten Node takes for a leak.
    setMaxListeners(0, this.#signal)
    this.#queue = [...new Set(options.peers)]
    // Nodes that fetch the same update start at different places, so that they soon hold what the others lack.
    const first = Math.floor(components.random() * options.segments)
    this.#pool = new SegmentPool(Array.from({ length: options.segments }, (_, i) => (first + i) % options.segments))
  }

  /**
   * @throws QuorateError BLOB_NOT_FOUND, BLOB_MISMATCH (details `peer`, `segment`, `failures`), CANCELLED; what `onSegment`
   * throws
   */
  async run(): Promise<void> {
    const { root, segments, signal } = this.#options
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

  /** Asks two peers at a time, so that one silent peer costs little; whoever fails is out of the whole fetch. */
  async #findRoots(): Promise<boolean> {
    const { root, segments } = this.#options
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
    await Promise.all([lane(), lane()])
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

  /** Takes shares for one peer until nothing is missing or the peer falls out. */
  async #pullFrom(peer: PeerKey, workers: number): Promise<void> {
    try {
      while (this.#wanted()) {
        const share = this.#pool.take(peer, this.#pool.share(workers, limits.batch))
        if (share.length > 0) await this.#pull(peer, share)
        else await this.#pool.changed()
      }
    } catch (error) {
      if (!this.#signal.aborted) this.#failures.add(peer, error)
    }
  }

  async #pull(peer: PeerKey, share: number[]): Promise<void> {
    const what = {
      case: 'update' as const,
      value: create(UpdateRequestSchema, { root: fromHex(this.#options.root), segments: share }),
    }
    const maxBytes = (share.length + 1) * (SEGMENT + OVERHEAD)
    const left = [...share]
    try {
      for await (const part of requestBlob(this.#components, { peer, what, maxBytes, signal: this.#signal })) {
        const index = left[0]
        const { bytes, leaves } = this.#verify(peer, index, part)
        left.shift()
        if (this.#pool.complete(index!)) await this.#store(index!, bytes, leaves)
      }
      if (left.length > 0) throw this.#malformed(peer)
    } finally {
      this.#pool.release(peer, left)
    }
  }

  /** The segment's bytes and the hashes of its chunks, if this is the next segment asked for and they match its root. */
  #verify(peer: PeerKey, index: number | undefined, part: BlobPart): { bytes: Uint8Array; leaves: Uint8Array } {
    if (index === undefined || part.case !== 'segment' || part.value.index !== index) throw this.#malformed(peer)
    const { data } = part.value
    const { metrics, node } = this.#components
    metrics.count('blob_fetched_bytes_total', {}, data.length)
    const leaves = data.length === SEGMENT ? chunkHashes(data) : undefined
    if (leaves && equalBytes(rootOfLeaves(leaves), this.#roots[index]!)) return { bytes: data, leaves }
    metrics.count('blob_bad_segments_total')
    node.penalise(peer, 'badSegment')
    throw new QuorateError('BLOB_MISMATCH', `segment ${index} from ${peer} does not match its root`, {
      details: { peer, segment: index },
    })
  }

  async #store(index: number, bytes: Uint8Array, leaves: Uint8Array): Promise<void> {
    try {
      await this.#options.onSegment(index, bytes, leaves)
    } catch (error) {
      this.#storeFailure ??= { error }
      this.#ended.abort()
    }
  }

  #malformed(peer: PeerKey): QuorateError {
    this.#components.node.penalise(peer, 'malformed')
    return new QuorateError('MESSAGE_MALFORMED', `${peer} answered something else than was asked`, { details: { peer } })
  }

  #wanted(): boolean {
    return this.#pool.missing > 0 && !this.#signal.aborted
  }

  async #complete(): Promise<void> {
    while (this.#wanted()) await this.#pool.changed()
  }
}
