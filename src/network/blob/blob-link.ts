import { QuorateError, isQuorateError } from '../../core/errors.ts'
import { BlobError } from '../../protocol/gen/quorate/v1/messages_pb.ts'
import type { BlobAnswer } from '../../protocol/gen/quorate/v1/messages_pb.ts'
import { SEGMENT } from '../../protocol/types.ts'
import type { FramedStream } from '../framed-stream.ts'
import { networkLimits } from '../limits.ts'
import type { PeerKey } from '../peer-key.ts'
import { decodeHead, FRAME_PREFIX, HEAD_BYTES } from './blob-protocol.ts'

/** What a peer sent for one request, unverified. */
export interface BlobBytes {
  bytes: Uint8Array
  /** Bytes of the whole document, as the peer says. */
  size: number
}

export interface BlobLinkOptions {
  peer: PeerKey
  frames: FramedStream
  /** Told once, when the stream cannot be used any more, with the reason if it is a fault. */
  onEnd: (link: BlobLink, error?: QuorateError) => void
}

/** A request whose answer has not come. */
interface Asked {
  /** Most bytes the answer may have. */
  most: number
  /** Set when nobody waits any more: the answer is read and thrown away, so that the ones behind it keep their stream. */
  abandoned: boolean
  resolve: (bytes: BlobBytes) => void
  reject: (error: unknown) => void
  over: () => void
}

const limits = networkLimits.blob

/** The asking side of one long-lived stream: requests go out without waiting for the answers before them, which come in the same order. */
export class BlobLink {
  readonly #options: BlobLinkOptions
  readonly #asked: Asked[] = []
  #reading = false
  #ended = false
  #answers = 0
  #idle: NodeJS.Timeout | undefined

  constructor(options: BlobLinkOptions) {
    this.#options = options
  }

  /** Whether it takes requests. */
  get open(): boolean {
    return !this.#ended && this.#options.frames.open
  }

  /** Requests without an answer. */
  get waiting(): number {
    return this.#asked.length
  }

  /** Whether it has carried an answer: then a failure may only mean that the peer closed a stream that it took for idle. */
  get used(): boolean {
    return this.#answers > 0
  }

  /**
   * Sends a request.
   *
   * @param most bytes the answer may have
   * @returns the answer, and a promise that resolves when the stream has nothing more to do with it: later than the answer of a
   *   request that was cancelled
   */
  ask(request: Uint8Array, most: number, signal: AbortSignal): { answer: Promise<BlobBytes>; over: Promise<void> } {
    const answer = Promise.withResolvers<BlobBytes>()
    const over = Promise.withResolvers<void>()
    const onAbort = (): void => {
      asked.abandoned = true
      answer.reject(new QuorateError('CANCELLED', 'the request was cancelled', { cause: signal.reason }))
    }
    const asked: Asked = {
      most,
      abandoned: false,
      resolve: answer.resolve,
      reject: answer.reject,
      over: () => {
        signal.removeEventListener('abort', onAbort)
        over.resolve()
      },
    }
    signal.addEventListener('abort', onAbort)
    if (signal.aborted) onAbort()
    this.#asked.push(asked)
    if (!this.open) {
      const closed = new QuorateError('PEER_UNREACHABLE', `the stream to ${this.#options.peer} was closed`)
      this.#fail(closed)
      this.#end(closed)
      return { answer: answer.promise, over: over.promise }
    }
    clearTimeout(this.#idle)
    const { frames } = this.#options
    // A head, and frames of a segment at least, except for the last.
    frames.allow(FRAME_PREFIX + HEAD_BYTES + most + FRAME_PREFIX * Math.ceil(most / SEGMENT + 1))
    void frames.write(request).catch((error: unknown) => this.#end(error))
    if (!this.#reading) void this.#read()
    return { answer: answer.promise, over: over.promise }
  }

  /** Closes the stream; requests without an answer fail. */
  close(): void {
    this.#end(undefined)
  }

  async #read(): Promise<void> {
    this.#reading = true
    try {
      for (let next = this.#asked[0]; next; next = this.#asked[0]) {
        await this.#readAnswer(next)
        this.#asked.shift()
        this.#answers++
        next.over()
      }
      this.#idle = setTimeout(() => this.close(), limits.streamIdleMs).unref()
    } catch (error) {
      this.#end(error)
    } finally {
      this.#reading = false
    }
  }

  async #readAnswer(asked: Asked): Promise<void> {
    const { peer, frames } = this.#options
    const until = performance.now() + limits.answerMs
    const head = await frames.read({ until })
    if (!head) throw new QuorateError('PEER_UNREACHABLE', `${peer} closed the stream`, { details: { peer } })
    const { error, length, size } = decodeHead(head)
    if (error !== BlobError.UNSPECIFIED) return asked.reject(refusal(peer, error))
    if (length > asked.most || !isSize(size)) throw new QuorateError('MESSAGE_MALFORMED', `${peer} sent more than the request`)
    const bytes = new Uint8Array(asked.abandoned ? 0 : length)
    for (let filled = 0; filled < length;) {
      const frame = await frames.read({ until })
      // The head says how long the answer is: a stream that ends before was cut, and only other bytes are a lie.
      if (!frame) throw new QuorateError('PEER_UNREACHABLE', `${peer} closed the stream within an answer`, { details: { peer } })
      if (frame.length === 0 || filled + frame.length > length)
        throw new QuorateError('MESSAGE_MALFORMED', `${peer} sent a different length than it announced`)
      if (bytes.length > 0) bytes.set(frame, filled)
      filled += frame.length
    }
    asked.resolve({ bytes, size: Number(size) })
  }

  #end(error: unknown): void {
    if (this.#ended) return
    this.#ended = true
    clearTimeout(this.#idle)
    const { peer, frames, onEnd } = this.#options
    frames[Symbol.dispose]()
    const failure =
      error === undefined || isQuorateError(error)
        ? error
        : new QuorateError('PEER_UNREACHABLE', `the stream to ${peer} broke`, { details: { peer }, cause: error })
    this.#fail(failure ?? new QuorateError('CANCELLED', `the stream to ${peer} was closed`))
    onEnd(this, failure)
  }

  #fail(reason: QuorateError): void {
    for (const asked of this.#asked.splice(0)) {
      asked.reject(reason)
      asked.over()
    }
  }
}

function isSize(size: BlobAnswer['size']): boolean {
  return size <= Number.MAX_SAFE_INTEGER
}

function refusal(peer: PeerKey, error: BlobError): QuorateError {
  const details = { peer }
  if (error === BlobError.NOT_FOUND) return new QuorateError('BLOB_NOT_FOUND', `${peer} does not hold it`, { details })
  // The peer has another version and does not understand the request, which is no fault.
  return new QuorateError('PEER_UNREACHABLE', `${peer} refused the request`, { details })
}
