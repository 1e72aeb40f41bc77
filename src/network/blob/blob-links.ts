import { setMaxListeners } from 'node:events'
import { isQuorateError, QuorateError } from '../../core/errors.ts'
import type { Metrics } from '../../core/metrics.ts'
import { FramedStream } from '../framed-stream.ts'
import { networkLimits } from '../limits.ts'
import type { NetworkNode } from '../network-node.ts'
import type { PeerKey } from '../peer-key.ts'
import { BlobLink } from './blob-link.ts'
import type { BlobBytes } from './blob-link.ts'
import { BLOB_PROTOCOL } from './blob-protocol.ts'
import { Slots } from './slots.ts'

export interface BlobLinksOptions {
  node: Pick<NetworkNode, 'openStream' | 'penalise'>
  metrics: Metrics
}

export interface AskOptions {
  /** Most bytes the answer may have. */
  most: number
  signal: AbortSignal
}

const limits = networkLimits.blob

/** The streams this node asks its peers on: a few to each, opened when they are needed and kept while they are used. */
export class BlobLinks {
  readonly #options: BlobLinksOptions
  readonly #closing = new AbortController()
  readonly #slots = new Slots<PeerKey>(limits.streamsPerPeer * limits.requestsPerStream)
  readonly #links = new Map<PeerKey, Set<BlobLink>>()
  readonly #opening = new Map<PeerKey, Promise<BlobLink>>()

  constructor(options: BlobLinksOptions) {
    this.#options = options
    // One listener per stream: more than the ten Node takes for a leak.
    setMaxListeners(0, this.#closing.signal)
  }

  /**
   * Asks one peer; waits while the peer has its maximum of requests.
   *
   * @throws QuorateError BLOB_NOT_FOUND the peer does not hold it; MESSAGE_MALFORMED, MESSAGE_TOO_LARGE it broke the protocol and was
   *   penalised; PEER_UNREACHABLE; CANCELLED
   */
  async ask(peer: PeerKey, request: Uint8Array, { most, signal }: AskOptions): Promise<BlobBytes> {
    for (let again = false; ; again = true) {
      await this.#slots.acquire(peer, signal)
      let link: BlobLink
      try {
        link = await this.#link(peer, again, signal)
      } catch (error) {
        this.#slots.release(peer)
        throw error
      }
      const { used } = link
      const { answer, over } = link.ask(request, most, signal)
      void over.then(() => this.#slots.release(peer))
      try {
        return await answer
      } catch (error) {
        // The peer may have closed a stream that was idle when the request was on its way: once more on a new one.
        if (again || !used || !isQuorateError(error, 'PEER_UNREACHABLE') || link.open) throw error
      }
    }
  }

  /** Closes every stream; requests that run fail with CANCELLED. */
  close(): void {
    this.#closing.abort(new QuorateError('CANCELLED', 'the blob exchange is stopping'))
    for (const links of this.#links.values()) for (const link of links) link.close()
  }

  /** An open stream with few requests, or a new one. */
  async #link(peer: PeerKey, fresh: boolean, signal: AbortSignal): Promise<BlobLink> {
    const links = [...(this.#links.get(peer) ?? [])].filter((link) => link.open)
    const least = links.toSorted((a, b) => a.waiting - b.waiting)[0]
    const mayOpen = links.length < limits.streamsPerPeer
    if (least && !fresh && least.waiting < (mayOpen ? limits.requestsPerStream / 2 : limits.requestsPerStream)) return least
    const opening = this.#opening.get(peer) ?? this.#open(peer)
    this.#opening.set(peer, opening)
    const { promise, reject } = Promise.withResolvers<never>()
    const onAbort = (): void => reject(new QuorateError('CANCELLED', 'the request was cancelled', { cause: signal.reason }))
    signal.addEventListener('abort', onAbort)
    if (signal.aborted) onAbort()
    try {
      const link = await Promise.race([opening, promise])
      // Others that waited for it may have filled it meanwhile, or it may have failed them already.
      return link.open && link.waiting < limits.requestsPerStream ? link : await this.#link(peer, false, signal)
    } finally {
      signal.removeEventListener('abort', onAbort)
    }
  }

  /** Opened for everybody who waits, so no single caller's signal ends it. */
  async #open(peer: PeerKey): Promise<BlobLink> {
    const { node, metrics } = this.#options
    const { signal } = this.#closing
    try {
      const stream = await node
        .openStream(peer, BLOB_PROTOCOL, AbortSignal.any([signal, AbortSignal.timeout(limits.idleMs)]))
        .catch((cause: unknown) => {
          // Only this node's own stop is CANCELLED: the patience with a peer that does not answer is over otherwise.
          if (signal.aborted || !isQuorateError(cause, 'CANCELLED')) throw cause
          throw new QuorateError('PEER_UNREACHABLE', `${peer} does not open a stream`, { details: { peer }, cause })
        })
      metrics.count('blob_streams_total')
      const links = this.#links.get(peer) ?? new Set<BlobLink>()
      this.#links.set(peer, links)
      const frames = new FramedStream(stream, { maxBytes: 0, idleMs: limits.idleMs, signal })
      const link = new BlobLink({ peer, frames, onEnd: (ended, error) => this.#ended(peer, ended, error) })
      links.add(link)
      return link
    } finally {
      this.#opening.delete(peer)
    }
  }

  #ended(peer: PeerKey, link: BlobLink, error: QuorateError | undefined): void {
    const links = this.#links.get(peer)
    links?.delete(link)
    if (links?.size === 0) this.#links.delete(peer)
    if (isQuorateError(error, 'MESSAGE_TOO_LARGE') || isQuorateError(error, 'MESSAGE_MALFORMED'))
      this.#options.node.penalise(peer, 'malformed')
  }
}
