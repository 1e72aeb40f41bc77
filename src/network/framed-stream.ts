import type { Stream, StreamMessageEvent, StreamCloseEvent } from '@libp2p/interface'
import { encode } from 'it-length-prefixed'
import { Uint8ArrayList } from 'uint8arraylist'
import { QuorateError } from '../core/errors.ts'
import { networkLimits } from './limits.ts'

export interface FramedStreamOptions {
  /** Bytes the peer may send before `allow` raises the budget: an exchange knows the size of its answer. */
  maxBytes: number
  /** The peer is given up when it neither sends nor takes anything for this long, ms. */
  idleMs: number
  /** Ends the exchange and resets the stream. */
  signal: AbortSignal
}

/** How long a reader waits for a frame. */
export interface ReadPatience {
  idleMs?: number
  until?: number
}

/**
 * Length-prefixed frames over a libp2p stream, with a budget: a peer that sends a larger frame, or more than the exchange
 * allows, is cut off before its bytes pile up. Errors: MESSAGE_TOO_LARGE and MESSAGE_MALFORMED are the peer's fault,
 * PEER_UNREACHABLE covers a reset, an early end and a timeout. One reader at a time, and writers beside it.
 */
export class FramedStream implements Disposable {
  readonly #stream: Stream
  readonly #options: FramedStreamOptions
  readonly #buffer = new Uint8ArrayList()
  /** Bytes the peer may still send. */
  #budget: number
  #failure: QuorateError | undefined
  #wake: (() => void) | undefined

  constructor(stream: Stream, options: FramedStreamOptions) {
    this.#stream = stream
    this.#options = options
    this.#budget = options.maxBytes
    stream.addEventListener('message', this.#onMessage)
    stream.addEventListener('end', this.#onEnd)
    stream.addEventListener('close', this.#onClose)
    options.signal.addEventListener('abort', this.#onAbort)
    if (options.signal.aborted) this.#onAbort()
  }

  /** Whether both sides can still send: false once either has ended or failed. */
  get open(): boolean {
    return this.#failure === undefined && !this.#stream.readableEnded && this.#stream.writeStatus === 'writable'
  }

  /** Lets the peer send so many bytes more: another request was made. */
  allow(bytes: number): void {
    this.#budget += bytes
  }

  /**
   * The next frame; undefined when the peer ended its side between frames. An end inside a frame is a cut, as a reset is: PEER_UNREACHABLE.
   *
   * @param patience.idleMs another patience than that of the stream: a peer that owes nothing may be silent for longer
   * @param patience.until time of `performance.now()` by which the frame must be whole, however the peer sends it
   */
  async read({ idleMs = this.#options.idleMs, until = Infinity }: ReadPatience = {}): Promise<Uint8Array | undefined> {
    for (;;) {
      if (this.#failure) throw this.#failure
      const frame = this.#takeFrame()
      if (frame) return frame
      if (this.#stream.readableEnded) {
        if (this.#buffer.byteLength > 0) throw this.#fail('PEER_UNREACHABLE', 'the stream ended inside a frame')
        return undefined
      }
      const left = until - performance.now()
      if (left <= 0) throw this.#fail('PEER_UNREACHABLE', 'the peer did not send a whole frame in time')
      try {
        await this.#idle((resolve) => (this.#wake = resolve), Math.min(idleMs, left))
      } finally {
        this.#wake = undefined
      }
    }
  }

  /** Holds the peer to having said all it has to say. */
  async readEnd(): Promise<void> {
    if (await this.read()) throw this.#fail('MESSAGE_MALFORMED', 'the peer sent more frames than the exchange has')
  }

  /** Sends a frame, waiting while the peer takes nothing. */
  async write(frame: Uint8Array): Promise<void> {
    if (this.#failure) throw this.#failure
    try {
      if (this.#stream.send(encode.single(frame))) return
    } catch (cause) {
      throw this.#fail('PEER_UNREACHABLE', 'the stream is closed', cause)
    }
    await this.#idle((resolve, reject) => {
      this.#stream.onDrain({ signal: this.#options.signal }).then(resolve, reject)
    })
  }

  /** Ends our side; the peer reads what was sent. */
  async end(): Promise<void> {
    if (this.#failure) throw this.#failure
    await this.#stream.close({ signal: AbortSignal.any([this.#options.signal, AbortSignal.timeout(this.#options.idleMs)]) })
  }

  /** Lets go of the stream, resetting it unless both sides have ended. */
  [Symbol.dispose](): void {
    this.#options.signal.removeEventListener('abort', this.#onAbort)
    this.#stream.removeEventListener('message', this.#onMessage)
    this.#stream.removeEventListener('end', this.#onEnd)
    this.#stream.removeEventListener('close', this.#onClose)
    const over = this.#stream.writeStatus === 'closed' && this.#stream.readableEnded
    if (!over) this.#stream.abort(this.#failure ?? new QuorateError('CANCELLED', 'the exchange ended early'))
  }

  #takeFrame(): Uint8Array | undefined {
    let length = 0
    for (let i = 0, scale = 1; ; i++, scale *= 128) {
      if (i >= this.#buffer.byteLength) return undefined
      const byte = this.#buffer.get(i)
      length += (byte & 0x7f) * scale
      if (i >= 3 || length > networkLimits.frameBytes)
        throw this.#fail('MESSAGE_TOO_LARGE', 'the peer announced too large a frame')
      if (byte < 0x80) {
        const start = i + 1
        if (this.#buffer.byteLength < start + length) return undefined
        const frame = this.#buffer.slice(start, start + length)
        this.#buffer.consume(start + length)
        return frame
      }
    }
  }

  /** Waits for `executor`, but no longer than the idle time and not past a failure. */
  async #idle(
    executor: (resolve: () => void, reject: (error: unknown) => void) => void,
    idleMs = this.#options.idleMs,
  ): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const timer = setTimeout(() => reject(this.#fail('PEER_UNREACHABLE', `the peer was silent for ${idleMs} ms`)), idleMs)
    try {
      executor(resolve, reject)
      await promise
    } catch (cause) {
      throw this.#failure ?? this.#fail('PEER_UNREACHABLE', 'the stream broke', cause)
    } finally {
      clearTimeout(timer)
    }
    if (this.#failure) throw this.#failure
  }

  #fail(
    code: 'MESSAGE_TOO_LARGE' | 'MESSAGE_MALFORMED' | 'PEER_UNREACHABLE' | 'CANCELLED',
    message: string,
    cause?: unknown,
  ): QuorateError {
    if (this.#failure) return this.#failure
    this.#failure = new QuorateError(code, message, { cause })
    this.#stream.abort(this.#failure)
    this.#wake?.()
    return this.#failure
  }

  readonly #onMessage = ({ data }: StreamMessageEvent): void => {
    if (this.#failure) return
    this.#budget -= data.byteLength
    if (this.#budget < 0) this.#fail('MESSAGE_TOO_LARGE', `the peer sent ${-this.#budget} bytes more than it was asked for`)
    else this.#buffer.append(data)
    this.#wake?.()
  }

  readonly #onEnd = (): void => this.#wake?.()

  readonly #onClose = ({ error }: StreamCloseEvent): void => {
    if (error) this.#fail('PEER_UNREACHABLE', 'the peer reset the stream', error)
    this.#wake?.()
  }

  readonly #onAbort = (): void => void this.#fail('CANCELLED', 'the exchange was cancelled', this.#options.signal.reason)
}
