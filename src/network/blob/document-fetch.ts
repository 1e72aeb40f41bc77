import { isQuorateError, QuorateError } from '../../core/errors.ts'
import { toHex } from '../../protocol/bytes.ts'
import { keccakStream } from '../../protocol/hash.ts'
import type { Hash } from '../../protocol/types.ts'
import { networkLimits } from '../limits.ts'
import type { PeerKey } from '../peer-key.ts'
import type { BlobBytes } from './blob-link.ts'
import { documentRequest } from './blob-protocol.ts'
import type { DocumentSink } from './document-sink.ts'
import type { FetchComponents } from './fetch-components.ts'
import { FetchFailures } from './fetch-failures.ts'

export interface DocumentFetchOptions {
  hash: Hash
  sink: DocumentSink
  peers: readonly PeerKey[]
  /** Largest document to take, bytes. */
  maxBytes: number
  signal: AbortSignal
}

/** Consecutive bytes that one peer sent. */
interface Contribution {
  peer: PeerKey
  offset: number
  length: number
  /** keccak256 of the bytes. */
  hash: Hash
}

const RANGE = networkLimits.blob.documentRange

/**
 * Pulls one document by its keccak256 into a sink, range after range from one peer. If that peer fails or is slow, the next peer
 * continues at the last byte. Slow peers are asked again at the end. Memory holds a few ranges, for any size.
 *
 * Only the whole document can be checked, so wrong bytes show at the end. If one peer sent all of it, that peer lied. If several did, each of them is asked for the
 * whole document alone; the bytes that hash to the right value then show which of the earlier parts were wrong. A peer that lied is penalised.
 */
export class DocumentFetch {
  readonly #components: FetchComponents
  readonly #options: DocumentFetchOptions
  readonly #failures = new FetchFailures()
  /** Bytes from several peers whose whole had the wrong hash. */
  readonly #suspects: Contribution[] = []
  /** A peer to ask for the whole document, because its bytes cannot be separated from those of others. */
  readonly #alone = new Set<PeerKey>()
  /** Peers that were too slow in a hurry. */
  readonly #slow = new Set<PeerKey>()
  #contributions: Contribution[] = []
  #whole = keccakStream()
  /** Bytes in the sink. */
  #held = 0

  constructor(components: FetchComponents, options: DocumentFetchOptions) {
    this.#components = components
    this.#options = options
  }

  /** @throws QuorateError BLOB_NOT_FOUND, BLOB_MISMATCH (details `peer`, `failures`), CANCELLED; what the sink throws */
  async run(): Promise<void> {
    const { hurryMs } = networkLimits.blob
    for (const peer of new Set(this.#options.peers)) if ((await this.#pullFrom(peer, hurryMs)) && (await this.#finished())) return
    for (const peer of this.#slow) if ((await this.#pullFrom(peer)) && (await this.#finished())) return
    // The peer that came last first: it has the document to its end.
    for (const peer of [...this.#alone].toReversed()) {
      await this.#restart()
      if ((await this.#pullFrom(peer)) && (await this.#finished())) return
    }
    throw this.#failures.toError(this.#options.hash, 'the document')
  }

  /**
   * Appends what this peer sends from where the sink ends; true when the document has ended.
   *
   * @param hurryMs most time for one range: others may have the document, and an operator is asked first
   */
  async #pullFrom(peer: PeerKey, hurryMs?: number): Promise<boolean> {
    const { sink } = this.#options
    const offset = this.#held
    const hash = keccakStream()
    let ended = false
    let sinkFailure: { error: unknown } | undefined
    try {
      for await (const bytes of this.#ranges(peer, offset, hurryMs)) {
        try {
          await sink.append(bytes)
        } catch (error) {
          sinkFailure = { error }
          throw error
        }
        this.#whole.update(bytes)
        hash.update(bytes)
        this.#held += bytes.length
      }
      ended = true
    } catch (error) {
      if (sinkFailure) throw sinkFailure.error
      this.#cancelled(error)
      this.#failures.add(peer, error)
      if (offset > 0 && !isQuorateError(error, 'BLOB_NOT_FOUND')) this.#alone.add(peer)
    }
    const length = this.#held - offset
    if (length > 0 || ended) this.#contributions.push({ peer, offset, length, hash: toHex(hash.digest()) })
    return ended
  }

  /** The ranges from an offset to the end of the document, a few asked for ahead. */
  async *#ranges(peer: PeerKey, offset: number, hurryMs: number | undefined): AsyncGenerator<Uint8Array> {
    const { hash, maxBytes, signal } = this.#options
    const ended = new AbortController()
    const either = AbortSignal.any([signal, ended.signal])
    const ask = (at: number): { at: number; answer: Promise<BlobBytes> } => {
      const answer = this.#components.links.ask(peer, documentRequest(hash, at, RANGE), { most: RANGE, signal: either })
      answer.catch(() => {})
      return { at, answer }
    }
    const ahead = [ask(offset)]
    let size: number | undefined
    try {
      for (let next = ahead.shift(); next; next = ahead.shift()) {
        const answer = await (hurryMs === undefined ? next.answer : this.#soon(peer, next.answer, hurryMs))
        size ??= answer.size
        if (size > maxBytes)
          throw new QuorateError('MESSAGE_TOO_LARGE', `the document has ${size} bytes, more than ${maxBytes}`, {
            details: { peer },
          })
        if (size < offset)
          throw new QuorateError('BLOB_MISMATCH', `the document from ${peer} is shorter than the document from other peers`)
        if (answer.size !== size || answer.bytes.length !== Math.min(RANGE, size - next.at)) throw this.#malformed(peer)
        for (
          let at = (ahead.at(-1)?.at ?? next.at) + RANGE;
          at < size && ahead.length < networkLimits.blob.rangesAhead;
          at += RANGE
        )
          ahead.push(ask(at))
        yield answer.bytes
      }
    } finally {
      ended.abort()
    }
  }

  async #soon(peer: PeerKey, answer: Promise<BlobBytes>, hurryMs: number): Promise<BlobBytes> {
    const { promise, reject } = Promise.withResolvers<never>()
    const timer = setTimeout(() => {
      this.#slow.add(peer)
      reject(new QuorateError('PEER_UNREACHABLE', `${peer} is slow`, { details: { peer } }))
    }, hurryMs)
    try {
      return await Promise.race([answer, promise])
    } finally {
      clearTimeout(timer)
    }
  }

  /** Whether the sink holds the document; if not it is empty again, and who is known to have lied is penalised. */
  async #finished(): Promise<boolean> {
    const { hash } = this.#options
    if (toHex(this.#whole.digest()) === hash.toLowerCase()) {
      for (const suspect of this.#suspects) if (await this.#wrong(suspect)) this.#lied(suspect.peer)
      return true
    }
    const [first, ...others] = this.#contributions
    if (first && others.length === 0) this.#lied(first.peer)
    else {
      this.#suspects.push(...this.#contributions)
      for (const { peer } of this.#contributions) this.#alone.add(peer)
    }
    await this.#restart()
    return false
  }

  async #restart(): Promise<void> {
    await this.#options.sink.restart()
    this.#contributions = []
    this.#whole = keccakStream()
    this.#held = 0
  }

  /** Whether a part differs from the right document, which is in the sink. */
  async #wrong({ offset, length, hash }: Contribution): Promise<boolean> {
    const right = keccakStream()
    for (let at = offset; at < Math.min(offset + length, this.#held); at += RANGE)
      right.update(await this.#options.sink.read(at, Math.min(RANGE, offset + length - at, this.#held - at)))
    return toHex(right.digest()) !== hash
  }

  #lied(peer: PeerKey): void {
    this.#components.node.penalise(peer, 'badDocument')
    const message = `the document from ${peer} does not hash to ${this.#options.hash}`
    this.#failures.add(peer, new QuorateError('BLOB_MISMATCH', message, { details: { peer } }))
  }

  #malformed(peer: PeerKey): QuorateError {
    this.#components.node.penalise(peer, 'malformed')
    return new QuorateError('MESSAGE_MALFORMED', `${peer} sent an answer that does not match the request`, { details: { peer } })
  }

  #cancelled(cause: unknown): void {
    const { hash, signal } = this.#options
    if (signal.aborted) throw new QuorateError('CANCELLED', `fetching ${hash} was cancelled`, { cause })
  }
}
