/**
 * The segments of one fetch, shared by workers that each pull from one peer. Whoever is free takes the next share: fast peers
 * carry more. When nothing is left to hand out, a free worker takes over what another is still waiting for, so the slowest peer
 * does not decide when the fetch ends.
 */
export class SegmentPool<Worker> {
  readonly #pending: number[]
  readonly #flying = new Map<number, Set<Worker>>()
  #missing: number
  #changed = Promise.withResolvers<void>()

  /** @param segments indices in the order to hand them out */
  constructor(segments: readonly number[]) {
    this.#pending = segments.toReversed()
    this.#missing = segments.length
  }

  /** Segments that have not arrived. */
  get missing(): number {
    return this.#missing
  }

  /** Up to `limit` segments for this worker; none when all have arrived or are on their way twice. */
  take(worker: Worker, limit: number): number[] {
    const share = this.#pending.splice(Math.max(0, this.#pending.length - limit)).toReversed()
    if (share.length === 0) {
      // The last ones asked for are the last to arrive by themselves.
      for (const [index, workers] of [...this.#flying].toReversed()) {
        if (share.length >= limit) break
        if (workers.size === 1 && !workers.has(worker)) share.push(index)
      }
    }
    for (const index of share) {
      const workers = this.#flying.get(index)
      if (workers) workers.add(worker)
      else this.#flying.set(index, new Set([worker]))
    }
    return share
  }

  /** Size of a fair share among `workers`: large while there is much to do, `least` at the end. */
  share(workers: number, most: number, least = 1): number {
    return Math.max(least, Math.min(most, Math.ceil(this.#pending.length / (2 * workers))))
  }

  isMissing(index: number): boolean {
    return this.#flying.has(index)
  }

  /** A verified segment arrived; false if another worker brought it before. */
  complete(index: number): boolean {
    if (!this.#flying.delete(index)) return false
    this.#missing--
    if (this.#missing === 0) this.#notify()
    return true
  }

  /** This worker returns the segments that it did not fetch. */
  release(worker: Worker, indices: readonly number[]): void {
    for (const index of indices) {
      const workers = this.#flying.get(index)
      if (!workers?.delete(worker)) continue
      if (workers.size === 0) {
        this.#flying.delete(index)
        this.#pending.push(index)
      }
    }
    this.#notify()
  }

  /** Resolves when there may be something to take again, or nothing is missing. */
  async changed(): Promise<void> {
    return this.#changed.promise
  }

  /** Wakes every waiting worker. */
  wake(): void {
    this.#notify()
  }

  #notify(): void {
    this.#changed.resolve()
    this.#changed = Promise.withResolvers()
  }
}
