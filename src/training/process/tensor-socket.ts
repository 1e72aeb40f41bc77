import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { QuorateError } from '../../core/errors.ts'
import type { Layout } from '../layout.ts'
import { FLOAT, matchTensors } from './match-tensors.ts'
import type { NamedTensor } from './match-tensors.ts'
import { slicesWithin } from './sent-tensors.ts'
import type { PlacedTensor, SentTensors, TensorSlice } from './sent-tensors.ts'

/** Bytes that are used at once. Two windows stay in the cache of a core. */
const WINDOW = 4 * 1024 * 1024

/**
 * A result that the program writes into a Unix socket while the node reads it: elements alone, tensor by tensor. So a large result is nowhere as a whole a
 * second time, and nobody waits until the other side is done. Dispose of it.
 *
 * @example
 * await using socket = await TensorSocket.open({ path, layout, tensors, stallMs: 60_000 })
 * for await (const { at, values } of socket.slices()) flat.set(values, at)
 */
export class TensorSocket implements SentTensors {
  readonly #tensors: readonly PlacedTensor[]
  readonly #bytes: number
  readonly #windows = [new Uint8Array(WINDOW), new Uint8Array(WINDOW)] as const
  readonly #socket: Socket
  /** Bytes of the windows that are full. */
  #whole = 0
  /** Bytes in the window that is being filled. */
  #filled = 0
  #turn = 0
  #full = Promise.withResolvers<Uint8Array>()

  private constructor(path: string, stallMs: number, tensors: readonly PlacedTensor[], bytes: number) {
    this.#tensors = tensors
    this.#bytes = bytes
    // Errors are told to whoever waits for a window, and nobody may wait yet.
    this.#full.promise.catch(() => {})
    this.#socket = connect({ path, onread: { buffer: () => this.#room(), callback: (count) => this.#take(count) } })
    this.#socket.setTimeout(stallMs, () => {
      const error = new QuorateError('TRAINER_TIMEOUT', `the trainer stopped within its result for ${stallMs / 1000} s`)
      this.#socket.destroy(error)
    })
    this.#socket.on('error', (error) => this.#full.reject(this.#broken(error)))
    this.#socket.on('close', () => this.#full.reject(this.#broken()))
  }

  /**
   * Connects to the socket that the program listens on.
   *
   * @param tensors in the order in which they come
   * @param stallMs longest time without a byte
   * @throws QuorateError TRAINER_TENSOR naming the tensor, or saying that there is no socket
   */
  static async open({
    path,
    layout,
    tensors,
    stallMs,
  }: {
    path: string
    layout: Layout
    tensors: readonly NamedTensor[]
    stallMs: number
  }): Promise<TensorSocket> {
    let bytes = 0
    const placed = matchTensors(layout, tensors).map((place) => {
      const from = bytes
      bytes += place.length * FLOAT
      return { place, from }
    })
    const opened = new TensorSocket(path, stallMs, placed, bytes)
    await new Promise<void>((resolve, reject) => {
      opened.#socket.once('connect', resolve)
      opened.#socket.once('error', (cause) => {
        reject(new QuorateError('TRAINER_TENSOR', `the trainer opened no socket for its result: ${cause.message}`, { cause }))
      })
    })
    return opened
  }

  /**
   * All values once, in the order of the head.
   *
   * @throws QuorateError TRAINER_TENSOR when the program left within its result, TRAINER_TIMEOUT when it stopped
   */
  async *slices(): AsyncGenerator<TensorSlice> {
    for (let from = 0; from < this.#bytes;) {
      const window = await this.#full.promise
      this.#full = Promise.withResolvers<Uint8Array>()
      this.#full.promise.catch(() => {})
      if (this.#socket.destroyed && this.#whole < this.#bytes) this.#full.reject(this.#broken())
      // The other window fills while this one is used.
      this.#socket.resume()
      yield* slicesWithin(this.#tensors, from, window)
      from += window.length
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.destroy()
  }

  /** Where the next bytes go. */
  #room(): Uint8Array {
    const room = this.#windows[this.#turn]!.subarray(this.#filled, this.#size())
    // An empty array would end the reading; nobody looks at what comes after the last element.
    return room.length > 0 ? room : new Uint8Array(1)
  }

  /** Bytes that the current window takes. */
  #size(): number {
    return Math.min(WINDOW, this.#bytes - this.#whole)
  }

  /** @returns whether to read on: a full window is used first */
  #take(count: number): boolean {
    const size = this.#size()
    if (size === 0) return false
    this.#filled += count
    if (this.#filled < size) return true
    this.#whole += size
    this.#filled = 0
    this.#full.resolve(this.#windows[this.#turn]!.subarray(0, size))
    this.#turn = 1 - this.#turn
    return false
  }

  #broken(cause?: Error): QuorateError {
    if (cause instanceof QuorateError) return cause
    const came = this.#whole + this.#filled
    return new QuorateError('TRAINER_TENSOR', `the trainer sent ${came} of ${this.#bytes} bytes of its result`, { cause })
  }
}
