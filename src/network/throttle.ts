import { setTimeout as timer } from 'node:timers'
import type { Stream } from '@libp2p/interface'

/** Bytes that may come at once, and a second. */
export interface ByteRate {
  burst: number
  perSecond: number
}

/** What one peer may still send; its streams of one use share it. */
export class ByteBudget {
  readonly #rate: ByteRate
  #left: number
  #at: number

  constructor(rate: ByteRate) {
    this.#rate = rate
    this.#left = rate.burst
    this.#at = performance.now()
  }

  /** Takes bytes that came; how long to wait before more are read, ms. */
  take(bytes: number): number {
    const { burst, perSecond } = this.#rate
    const now = performance.now()
    this.#left = Math.min(burst, this.#left + ((now - this.#at) / 1000) * perSecond) - bytes
    this.#at = now
    return this.#left >= 0 ? 0 : (-this.#left / perSecond) * 1000
  }
}

/**
 * Reads a stream no faster than the budget allows: a sender of more waits, because its window closes.
 */
export function throttle(stream: Stream, budget: ByteBudget): void {
  let waiting: NodeJS.Timeout | undefined
  const read = (): void => {
    if (stream.readStatus === 'paused') stream.resume()
  }
  stream.addEventListener('message', ({ data }) => {
    const ms = budget.take(data.byteLength)
    if (ms === 0 || stream.readStatus !== 'readable') return
    stream.pause()
    clearTimeout(waiting)
    waiting = timer(read, ms).unref()
  })
  stream.addEventListener('close', () => clearTimeout(waiting))
}
