/** So many contradictions in a row about blocks by number are no reorganisation that reaches one endpoint later than the others. */
const PATIENCE = 5

/**
 * Whether one endpoint contradicts the others. What a block with a certain hash holds has one answer, so one contradiction is enough. The
 * block with a certain number differs for a moment in a reorganisation, and for good on another branch.
 */
export class Contradictions {
  #certain = false
  #inARow = 0
  #newest = -1n

  get apart(): boolean {
    return this.#certain || this.#inARow >= PATIENCE
  }

  /** @param number the block that was asked for by its number; undefined for what was asked by a hash */
  heard(same: boolean, number: bigint | undefined): void {
    if (number === undefined) {
      this.#certain ||= !same
    } else if (!same) {
      this.#inARow++
      if (number > this.#newest) this.#newest = number
    } else if (number >= this.#newest) {
      // Below, both branches are one.
      this.#inARow = 0
    }
  }
}
