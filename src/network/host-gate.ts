import { originOf } from '../core/origin.ts'
import { RateLimiter } from '../core/rate-limiter.ts'
import { networkLimits } from './limits.ts'

/**
 * Limits the handshakes of a host, which cost this node time before it knows who is there: so many at once, and few after many that
 * were refused.
 */
export class HostGate {
  readonly #now: () => number
  readonly #pending = new Map<string, number>()
  readonly #refusals: RateLimiter
  readonly #trickle: RateLimiter
  /** Until when a host is held back, ms. */
  readonly #hot = new Map<string, number>()

  /** @param now milliseconds of a clock that never goes back */
  constructor(now: () => number = () => performance.now()) {
    const { burst, perSecond, whileHotPerSecond, hosts: keys } = networkLimits.refused
    this.#now = now
    this.#refusals = new RateLimiter({ burst, perSecond, keys, now })
    this.#trickle = new RateLimiter({ burst: whileHotPerSecond, perSecond: whileHotPerSecond, keys, now })
  }

  /** A handshake begins; false if it must not. Call what is returned when it has ended, once or more often. */
  enter(host: string): (() => void) | false {
    const origin = originOf(host)
    const pending = this.#pending.get(origin) ?? 0
    if (pending >= networkLimits.connections.pendingPerHost) return false
    if (this.#isHot(origin) && !this.#trickle.take(origin)) return false
    this.#pending.set(origin, pending + 1)
    let ended = false
    return () => {
      if (ended) return
      ended = true
      const left = this.#pending.get(origin)! - 1
      if (left === 0) this.#pending.delete(origin)
      else this.#pending.set(origin, left)
    }
  }

  /** A handshake of this host was in vain. */
  refused(host: string): void {
    const origin = originOf(host)
    if (this.#refusals.take(origin)) return
    this.#hot.delete(origin)
    this.#hot.set(origin, this.#now() + networkLimits.refused.hotMs)
    const [oldest] = this.#hot.keys()
    if (this.#hot.size > networkLimits.refused.hosts && oldest !== undefined) this.#hot.delete(oldest)
  }

  #isHot(origin: string): boolean {
    const until = this.#hot.get(origin)
    if (until === undefined) return false
    if (until > this.#now()) return true
    this.#hot.delete(origin)
    return false
  }
}
