import { QuorateError } from '../../core/index.ts'
import type { RpcCall } from './wire.ts'

/** A call on its way through the queue: it ends once, with a result, an error, or because its caller gave up. */
export class PendingCall {
  readonly call: RpcCall
  readonly ended: Promise<unknown>
  /** How often it was repeated because no answer came. */
  failures = 0
  /** How often the rate limit turned it away. */
  limited = 0
  /** The largest batch that it may travel in, after a larger one did not fit. */
  batch = Infinity
  #live = true
  readonly #settle: PromiseWithResolvers<unknown>
  readonly #onEnd: () => void

  constructor(call: RpcCall, options: { signal?: AbortSignal; onEnd: (pending: PendingCall) => void }) {
    const { signal, onEnd } = options
    const onAbort = () => this.cancel(signal?.reason)
    this.call = call
    this.#settle = Promise.withResolvers()
    this.ended = this.#settle.promise
    this.#onEnd = () => {
      signal?.removeEventListener('abort', onAbort)
      onEnd(this)
    }
    signal?.addEventListener('abort', onAbort, { once: true })
    if (signal?.aborted) onAbort()
  }

  get live(): boolean {
    return this.#live
  }

  resolve(result: unknown): void {
    this.#end(() => this.#settle.resolve(result))
  }

  reject(error: Error): void {
    this.#end(() => this.#settle.reject(error))
  }

  cancel(reason: unknown): void {
    // viem looks into the causes of an error, and takes each for an object.
    const cause = reason instanceof Error ? reason : new Error(String(reason))
    this.reject(new QuorateError('CANCELLED', 'the chain request was cancelled', { cause }))
  }

  #end(end: () => void): void {
    if (!this.#live) return
    this.#live = false
    this.#onEnd()
    end()
  }
}
