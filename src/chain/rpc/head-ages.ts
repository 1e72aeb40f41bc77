/** A head that enough endpoints had so long ago is old. */
const OLD_MS = 5_000

/**
 * Tells which heads are old. A count of blocks could not: chains make one every twelve seconds, or ten in one.
 */
export class HeadAges {
  readonly #now: () => number
  /** Heads and when they were agreed, in order; the first one is old. */
  readonly #agreed: { number: bigint; at: number }[] = []

  /** @param now milliseconds that only grow */
  constructor(now: () => number) {
    this.#now = now
  }

  agreed(number: bigint): void {
    this.#agreed.push({ number, at: this.#now() })
    this.#forget()
  }

  /** Whether enough endpoints were past this head already a while ago. */
  isOld(number: bigint): boolean {
    this.#forget()
    const [first] = this.#agreed
    return first !== undefined && this.#isOld(first.at) && number < first.number
  }

  /** Only the newest of the old ones counts. */
  #forget(): void {
    while (this.#agreed.length > 1 && this.#isOld(this.#agreed[1]!.at)) this.#agreed.shift()
  }

  #isOld(at: number): boolean {
    return this.#now() - at >= OLD_MS
  }
}
