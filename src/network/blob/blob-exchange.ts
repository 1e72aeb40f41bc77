import { QuorateError } from '../../core/errors.ts'
import type { Service } from '../../core/lifecycle.ts'
import type { Metrics } from '../../core/metrics.ts'
import { CHUNKS_PER_SEGMENT, SEGMENT } from '../../protocol/types.ts'
import type { Hash } from '../../protocol/types.ts'
import { networkLimits } from '../limits.ts'
import type { NetworkNode } from '../network-node.ts'
import type { PeerKey } from '../peer-key.ts'
import { BLOB_PROTOCOL } from './blob-request.ts'
import type { BlobRequestComponents } from './blob-request.ts'
import { BlobServer } from './blob-server.ts'
import type { BlobSource } from './blob-source.ts'
import { fetchDocument } from './fetch-document.ts'
import { PeerSlots } from './peer-slots.ts'
import { UpdateFetch } from './update-fetch.ts'
import type { UpdateFetchOptions } from './update-fetch.ts'

export interface BlobExchangeOptions {
  node: Pick<NetworkNode, 'handle' | 'unhandle' | 'openStream' | 'penalise' | 'peers'>
  source: BlobSource
  metrics: Metrics
  random?: () => number
}

export interface FetchOptions {
  /** Whom to ask, the likeliest holder first; by default every connected peer. */
  peers?: readonly PeerKey[]
  signal: AbortSignal
}

export interface FetchUpdateOptions extends FetchOptions {
  /** Segments of the update: its padded length / 8192. */
  segments: number
}

/** An update whose every segment was checked against its root. */
export interface VerifiedUpdate {
  bytes: Uint8Array
  /** The hashes of its chunks, made to check it, one after the other: 32 bytes each. */
  leaves: Uint8Array
}

/** Serves updates and documents to members and fetches them from several at once: the stream protocol `/quorate/blob/1`. */
export class BlobExchange implements Service {
  readonly name = 'blobs'
  readonly #options: BlobExchangeOptions
  readonly #components: BlobRequestComponents & { metrics: Metrics }
  #abort: AbortController | undefined
  readonly #running = new Set<Promise<unknown>>()

  constructor(options: BlobExchangeOptions) {
    this.#options = options
    const { node, metrics, random = Math.random } = options
    this.#components = { node, metrics, random, slots: new PeerSlots(networkLimits.blob.streamsPerPeer) }
  }

  async start(): Promise<void> {
    if (this.#abort) return
    const abort = new AbortController()
    this.#abort = abort
    const { node, source, metrics } = this.#options
    const server = new BlobServer({ source, metrics, signal: abort.signal })
    // Twice what is served at once: the rest can still be told that we are busy.
    await node.handle(BLOB_PROTOCOL, 2 * networkLimits.blob.streamsPerPeer, async (stream, peer) =>
      this.#track(server.serve(stream, peer)),
    )
  }

  /** Cancels fetches and answers under way and waits for them. */
  async stop(): Promise<void> {
    if (!this.#abort) return
    this.#abort.abort(new QuorateError('CANCELLED', 'the blob exchange is stopping'))
    this.#abort = undefined
    await this.#options.node.unhandle(BLOB_PROTOCOL)
    await Promise.allSettled(this.#running)
  }

  /**
   * An update by its root, `segments * 8192` bytes. For large updates use `fetchSegments` and store as they come.
   *
   * @throws QuorateError BLOB_NOT_FOUND, BLOB_MISMATCH (details `peer`, `segment`, `failures`), CANCELLED
   */
  async fetchUpdate(root: Hash, options: FetchUpdateOptions): Promise<VerifiedUpdate> {
    const bytes = new Uint8Array(options.segments * SEGMENT)
    const leaves = new Uint8Array(options.segments * CHUNKS_PER_SEGMENT * 32)
    await this.fetchSegments(root, {
      ...options,
      onSegment(index, segment, hashes) {
        bytes.set(segment, index * SEGMENT)
        leaves.set(hashes, index * CHUNKS_PER_SEGMENT * 32)
      },
    })
    return { bytes, leaves }
  }

  /**
   * Pulls an update and hands over each segment once, verified, in any order.
   *
   * @throws what `fetchUpdate` throws, and what `onSegment` throws
   */
  async fetchSegments(root: Hash, options: FetchUpdateOptions & { onSegment: UpdateFetchOptions['onSegment'] }): Promise<void> {
    const started = performance.now()
    const { signal, peers } = this.#bounds(options)
    await this.#track(new UpdateFetch(this.#components, { ...options, root, peers, signal }).run())
    this.#options.metrics.observe('blob_fetch_seconds', (performance.now() - started) / 1000)
  }

  /**
   * A file by its keccak256, verified.
   *
   * @throws QuorateError BLOB_NOT_FOUND, BLOB_MISMATCH (details `peer`, `failures`), CANCELLED
   */
  async fetchDocument(hash: Hash, options: FetchOptions & { maxBytes?: number }): Promise<Uint8Array> {
    return this.#track(fetchDocument(this.#components, hash, { ...options, ...this.#bounds(options) }))
  }

  #bounds({ peers, signal }: FetchOptions): { peers: readonly PeerKey[]; signal: AbortSignal } {
    if (!this.#abort) throw new QuorateError('CANCELLED', 'the blob exchange is not running')
    return {
      peers: peers ?? this.#options.node.peers().map(({ peerKey }) => peerKey),
      signal: AbortSignal.any([signal, this.#abort.signal]),
    }
  }

  async #track<T>(work: Promise<T>): Promise<T> {
    this.#running.add(work)
    try {
      return await work
    } finally {
      this.#running.delete(work)
    }
  }
}

/**
 * The blob exchange over a node. Start it after the node.
 *
 * @example
 * const blobs = createBlobExchange({ node, source: store, metrics })
 * await blobs.start()
 * const { bytes } = await blobs.fetchUpdate(root, { segments: 13, peers: [author, ...others], signal })
 */
export function createBlobExchange(options: BlobExchangeOptions): BlobExchange {
  return new BlobExchange(options)
}
