import { QuorateError } from '../../core/errors.ts'
import type { Service } from '../../core/lifecycle.ts'
import type { Metrics } from '../../core/metrics.ts'
import { sameAddress } from '../../protocol/bytes.ts'
import { CHUNKS_PER_SEGMENT, SEGMENT } from '../../protocol/types.ts'
import type { Address, Hash } from '../../protocol/types.ts'
import { networkLimits } from '../limits.ts'
import type { NetworkNode } from '../network-node.ts'
import type { PeerInfo } from '../network-node-options.ts'
import type { PeerKey } from '../peer-key.ts'
import { BlobLinks } from './blob-links.ts'
import { BLOB_PROTOCOL } from './blob-protocol.ts'
import { BlobServer } from './blob-server.ts'
import type { BlobSource } from './blob-source.ts'
import { DocumentFetch } from './document-fetch.ts'
import { memorySink } from './document-sink.ts'
import type { DocumentSink } from './document-sink.ts'
import type { FetchComponents } from './fetch-components.ts'
import { LargeUpdate } from './large-update.ts'
import { Slots } from './slots.ts'
import { fetchSmallUpdate } from './small-update.ts'
import type { UpdateFetch } from './update-fetch.ts'

export interface BlobExchangeOptions {
  node: Pick<NetworkNode, 'handle' | 'unhandle' | 'openStream' | 'penalise' | 'peers'>
  source: BlobSource
  metrics: Metrics
  random?: () => number
}

export interface FetchOptions {
  /** Whom to ask, the likeliest holder first; by default every connected peer, the author of an update or the operators of a document first. */
  peers?: readonly PeerKey[]
  signal: AbortSignal
}

export interface FetchUpdateOptions extends FetchOptions {
  /** Segments of the update: its padded length / 8192. */
  segments: number
  /** The member that made it: asked first where `peers` are not named. */
  author?: Address
}

/** An update whose every segment was checked against its root. */
export interface VerifiedUpdate {
  bytes: Uint8Array
  /** The hashes of its chunks, made to check it, one after the other: 32 bytes each. */
  leaves: Uint8Array
}

interface Running {
  abort: AbortController
  links: BlobLinks
}

/**
 * Serves updates and documents to members and fetches them from members: the stream protocol `/quorate/blob/1`.
 *
 *     small update     one request to one peer, checked whole against its root        → small-update.ts
 *     large update     roots first, then shares from several peers, by segment        → large-update.ts
 *     document         range after range into a file or memory, hashed as it comes    → document-fetch.ts
 *
 * All requests to a peer share a few long-lived streams (`BlobLinks`).
 */
export class BlobExchange implements Service {
  readonly name = 'blobs'
  readonly #options: BlobExchangeOptions
  readonly #updates = new Slots<'update'>(networkLimits.blob.updates)
  readonly #work = new Set<Promise<unknown>>()
  #running: Running | undefined

  constructor(options: BlobExchangeOptions) {
    this.#options = options
  }

  async start(): Promise<void> {
    if (this.#running) return
    const { node, source, metrics } = this.#options
    const running: Running = { abort: new AbortController(), links: new BlobLinks({ node, metrics }) }
    this.#running = running
    const server = new BlobServer({ source, metrics, signal: running.abort.signal })
    // Twice what one peer opens: a stream that closes still counts for a moment.
    await node.handle(BLOB_PROTOCOL, 2 * networkLimits.blob.streamsPerPeer, async (stream) => this.#track(server.serve(stream)))
  }

  /** Cancels fetches and answers under way and waits for them. */
  async stop(): Promise<void> {
    const running = this.#running
    if (!running) return
    this.#running = undefined
    running.abort.abort(new QuorateError('CANCELLED', 'the blob exchange is stopping'))
    running.links.close()
    await this.#options.node.unhandle(BLOB_PROTOCOL)
    await Promise.allSettled(this.#work)
  }

  /**
   * An update by its root in memory, `segments * 8192` bytes. For large updates use `fetchSegments` and store as they come.
   *
   * @throws QuorateError BLOB_NOT_FOUND, BLOB_MISMATCH (details `peer`, `segment`, `failures`), CANCELLED
   */
  async fetchUpdate(root: Hash, options: FetchUpdateOptions): Promise<VerifiedUpdate> {
    const bytes = new Uint8Array(options.segments * SEGMENT)
    const leaves = new Uint8Array(options.segments * CHUNKS_PER_SEGMENT * 32)
    await this.fetchSegments(root, {
      ...options,
      onSegments({ first, ...some }) {
        bytes.set(some.bytes, first * SEGMENT)
        leaves.set(some.leaves, first * CHUNKS_PER_SEGMENT * 32)
      },
    })
    return { bytes, leaves }
  }

  /**
   * Pulls an update and hands over each segment once, verified, in any order, several consecutive ones at a time.
   *
   * @throws what `fetchUpdate` throws, and what `onSegments` throws
   */
  async fetchSegments(root: Hash, options: FetchUpdateOptions & Pick<UpdateFetch, 'onSegments'>): Promise<void> {
    const { links, signal } = this.#bounds(options.signal)
    const {
      segments,
      onSegments,
      author,
      peers = this.#peers(({ member }) => author !== undefined && sameAddress(member, author)),
    } = options
    const started = performance.now()
    await this.#updates.acquire('update', signal)
    try {
      const fetch: UpdateFetch = { root, segments, peers, signal, onSegments }
      const components = this.#components(links)
      const small = segments <= networkLimits.blob.batch
      await this.#track(small ? fetchSmallUpdate(components, fetch) : new LargeUpdate(components, fetch).run())
    } finally {
      this.#updates.release('update')
    }
    this.#options.metrics.observe('blob_fetch_seconds', (performance.now() - started) / 1000)
  }

  /**
   * A file by its keccak256 in memory, verified.
   *
   * @param options.maxBytes largest document to take, 64 MiB by default
   * @throws QuorateError BLOB_NOT_FOUND, BLOB_MISMATCH (details `peer`, `failures`), CANCELLED
   */
  async fetchDocument(hash: Hash, options: FetchOptions & { maxBytes?: number }): Promise<Uint8Array> {
    const sink = memorySink()
    await this.fetchDocumentTo(hash, { maxBytes: networkLimits.blob.documentMemoryBytes, ...options, sink })
    return sink.bytes()
  }

  /**
   * A file by its keccak256, verified, into a sink. Memory does not grow with its size. What the sink holds counts only
   * when this returns.
   *
   * @param options.maxBytes largest document to take, 4 GiB by default
   * @throws the errors of `fetchDocument` and of the sink
   */
  async fetchDocumentTo(hash: Hash, options: FetchOptions & { sink: DocumentSink; maxBytes?: number }): Promise<void> {
    const { links, signal } = this.#bounds(options.signal)
    const { sink, peers = this.#peers(({ role }) => role === 'operator'), maxBytes = networkLimits.blob.documentBytes } = options
    await this.#track(new DocumentFetch(this.#components(links), { hash, sink, peers, maxBytes, signal }).run())
  }

  #components(links: BlobLinks): FetchComponents {
    const { node, metrics, random = Math.random } = this.#options
    return { links, node, metrics, random }
  }

  /** Every connected peer: likely holders first, the others by chance, so that no one peer serves everybody. */
  #peers(likely: (peer: PeerInfo) => boolean): PeerKey[] {
    const { node, random = Math.random } = this.#options
    const drawn = node.peers().map((peer) => ({ peerKey: peer.peerKey, order: likely(peer) ? -1 : random() }))
    return drawn.toSorted((a, b) => a.order - b.order).map(({ peerKey }) => peerKey)
  }

  #bounds(signal: AbortSignal): { links: BlobLinks; signal: AbortSignal } {
    if (!this.#running) throw new QuorateError('CANCELLED', 'the blob exchange is not running')
    const { abort, links } = this.#running
    return { links, signal: AbortSignal.any([signal, abort.signal]) }
  }

  async #track<T>(work: Promise<T>): Promise<T> {
    this.#work.add(work)
    try {
      return await work
    } finally {
      this.#work.delete(work)
    }
  }
}

/**
 * The blob exchange over a node. Start it after the node.
 *
 * @example
 * const blobs = createBlobExchange({ node, source: store, metrics })
 * await blobs.start()
 * const { bytes } = await blobs.fetchUpdate(root, { segments: 13, author: member, signal })
 */
export function createBlobExchange(options: BlobExchangeOptions): BlobExchange {
  return new BlobExchange(options)
}
