import type { Journal } from '../../storage/index.ts'

/** The highest number that had opened when this node last found its journal behind the chain. */
const MISSED = 'journal/missed'
/** The highest number that had opened when this node last looked. */
const NEWEST = 'journal/newest'

export interface Standing {
  /** The highest number that the chain has opened. */
  newest: bigint
  /** Whether this node's journal has the claim that the newest number was opened by: it followed up to there. */
  builtBase: boolean
}

/**
 * Which rounds the journal covers from their opening on. A node may have spoken in any round that opened before its journal began, or
 * after the copy was made that its journal was restored from; of those the journal says nothing. Numbers are compared and not times: a
 * reorganisation may open a number again, later, and what was said of it still binds.
 *
 * @example
 * const span = new JournalSpan(journal)
 * span.begin({ newest: 7n, builtBase: false })
 * span.covers(7n)
 */
export class JournalSpan {
  readonly #journal: Pick<Journal, 'get' | 'set' | 'transaction'>
  /** The highest number that had opened when this process began. */
  #before: bigint | undefined

  constructor(journal: Pick<Journal, 'get' | 'set' | 'transaction'>) {
    this.#journal = journal
  }

  /** This process begins to follow the chain. */
  begin({ newest, builtBase }: Standing): void {
    const journal = this.#journal
    this.#before = newest
    const known = journal.get<bigint>(NEWEST)
    if (known !== undefined && newest <= known) return
    const followed = known !== undefined && builtBase
    journal.transaction(() => {
      if (!followed) journal.set(MISSED, newest)
      journal.set(NEWEST, newest)
    })
  }

  /** The node opens a round, before it says anything in it. */
  opens(round: bigint): void {
    if (round > (this.#journal.get<bigint>(NEWEST) ?? -1n)) this.#journal.set(NEWEST, round)
  }

  /** Whether the journal has everything that this node said in the round. */
  covers(round: bigint): boolean {
    const missed = this.#journal.get<bigint>(MISSED)
    return missed !== undefined ? round > missed : this.#before !== undefined
  }

  /** Whether the number had opened before this process began. */
  isResumed(round: bigint): boolean {
    return this.#before === undefined || round <= this.#before
  }
}
