export interface RateLimiterOptions {
  perSecond: number
  burst: number
  /** How many keys are remembered; past it the one that was quiet longest is forgotten. */
  keys: number
  /** Monotonic milliseconds; `performance.now` by default. */
  now?: () => number
}

/**
 * Token buckets by key: each holds up to `burst` calls and refills at `perSecond`.
 *
 * @example
 * if (!limiter.take('member:0xabc…')) throw new QuorateError('RATE_LIMITED', …)
 */
export class RateLimiter {
  readonly #options: RateLimiterOptions
  readonly #now: () => number
  /** In order of last use. */
  readonly #buckets = new Map<string, { tokens: number; at: number }>()

  constructor(options: RateLimiterOptions) {
    this.#options = options
    this.#now = options.now ?? (() => performance.now())
  }

  /** True if `count` more calls are allowed now, which are then taken. */
  take(key: string, count = 1): boolean {
    const { perSecond, burst, keys } = this.#options
    const at = this.#now()
    const bucket = this.#buckets.get(key)
    const tokens = bucket ? Math.min(burst, bucket.tokens + ((at - bucket.at) / 1000) * perSecond) : burst
    const allowed = tokens >= count
    this.#buckets.delete(key)
    this.#buckets.set(key, { tokens: allowed ? tokens - count : tokens, at })
    const [oldest] = this.#buckets.keys()
    if (this.#buckets.size > keys && oldest !== undefined) this.#buckets.delete(oldest)
    return allowed
  }
}
