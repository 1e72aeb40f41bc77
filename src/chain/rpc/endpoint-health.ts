import { backoffMs } from './backoff.ts'

/** So many requests in a row without an answer, and the endpoint rests. */
const FAILURES = 2
/** The first rest; each later one doubles, up to the cap. */
const REST = { baseMs: 1_000, capMs: 15_000 }
/** The rest of an endpoint of another chain. */
const BANISHED_MS = 60_000

export interface EndpointHealthOptions {
  /** Milliseconds that only grow. */
  now: () => number
  /** Gives [0, 1). */
  random: () => number
}

/**
 * What is known of one endpoint among several, by its answers. An endpoint that fails twice in a row rests; after the rest it is probed
 * once, and rests twice as long when the probe fails.
 */
export class EndpointHealth {
  readonly #options: EndpointHealthOptions
  #failures = 0
  #rests = 0
  #restsUntil = 0
  /** Another endpoint answered faster by far. */
  slow = false
  /** Its head is older than what enough endpoints have had for a while. */
  lagging = false
  /** It says something else than enough others. */
  apart = false

  constructor(options: EndpointHealthOptions) {
    this.#options = options
  }

  get resting(): boolean {
    return this.#restsUntil > 0
  }

  /** The rest is over: the next thing to do is a probe. */
  get due(): boolean {
    return this.resting && this.#options.now() >= this.#restsUntil
  }

  /** 0 for the best. Among equals the order of the configuration decides. */
  get rank(): number {
    return Number(this.resting) * 8 + Number(this.apart) * 4 + Number(this.lagging) * 2 + Number(this.slow)
  }

  answered(): void {
    this.#failures = this.#rests = this.#restsUntil = 0
  }

  /** No answer, or none of use. Returns whether the endpoint begins to rest. */
  failed(): boolean {
    const { now, random } = this.#options
    const rested = this.resting
    if (++this.#failures < FAILURES && !rested) return false
    if (rested && !this.due) return false
    this.#restsUntil = now() + backoffMs(this.#rests++, { ...REST, random })
    return !rested
  }

  /** A long rest, whatever it answered. */
  banish(): void {
    this.#restsUntil = this.#options.now() + BANISHED_MS
  }
}
