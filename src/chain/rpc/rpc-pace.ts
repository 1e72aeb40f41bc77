/** So many replies without trouble and a lowered limit is doubled. */
const STREAK = 64

/**
 * How much one RPC node takes at once, as learnt from its replies: calls in a batch, and requests under way.
 *
 * What the node said for certain (it named its limit, or answered a part of a batch) is never tried again. An uncertain
 * failure (a broken connection, overload, a rate limit) lowers the limit for a while: 64 good replies double it.
 */
export class RpcPace {
  #batch: number
  #ceiling: number
  #parallel: number
  readonly #widest: number
  #streak = 0

  constructor({ batch, parallel }: { batch: number; parallel: number }) {
    this.#batch = this.#ceiling = batch
    this.#parallel = this.#widest = parallel
  }

  /** The most calls for the next batch. */
  get batch(): number {
    return this.#batch
  }

  /** The most requests under way. */
  get parallel(): number {
    return this.#parallel
  }

  /** Batches larger than `limit` calls did not fit; `certain` when the node said so. */
  tooLarge(limit: number, { certain }: { certain: boolean }): void {
    this.#streak = 0
    if (certain) this.#ceiling = Math.min(this.#ceiling, Math.max(1, limit))
    this.#batch = Math.min(this.#batch, this.#ceiling, Math.max(1, limit))
  }

  /** The node limits the rate: many count each call of a batch. */
  tooFast(): void {
    this.#streak = 0
    this.#batch = Math.max(1, Math.floor(this.#batch / 2))
    this.#parallel = Math.max(1, Math.floor(this.#parallel / 2))
  }

  /** A reply without trouble. */
  good(): void {
    if (++this.#streak < STREAK) return
    this.#streak = 0
    this.#batch = Math.min(this.#ceiling, this.#batch * 2)
    this.#parallel = Math.min(this.#widest, this.#parallel * 2)
  }
}
