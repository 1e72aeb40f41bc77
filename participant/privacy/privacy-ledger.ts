import { plural, QuorateError } from '../../src/core/index.ts'
import type { Logger } from '../../src/core/index.ts'
import { epsilonOf } from '../../src/privacy/index.ts'
import type { PrivacyBudget, PrivacyEvent } from '../../src/privacy/index.ts'
import type { Hash, SpendingNumbers } from '../../src/protocol/index.ts'
import type { BookJournal, LedgerBook } from './ledger-book.ts'
import { writeLedgerFile } from './ledger-file.ts'
import { openBook } from './open-book.ts'
import type { OpenBook } from './open-book.ts'
import { reportOf } from './spending.ts'
import type { PrivacyReport } from './spending.ts'

export interface PrivacyLedgerOptions {
  /** The node's own journal. */
  journal: BookJournal
  /** File that nodes of one member share, so that they spend together; the ledger stands in the node's journal if left out. */
  path?: string | undefined
  /** Also the least noise that a training may report, where the member's configuration says it. */
  budget: PrivacyBudget & { noise?: number }
  /** What a training costs, where that is known before the first. */
  planned?: PrivacyEvent
  /** State folder, for the copy that commands read. */
  folder: string
  logger: Pick<Logger, 'warn'>
}

/** A program may hand the noise through numbers of fewer digits. */
const NOISE_ROUNDING = 1e-6

/**
 * What a member's updates have told of one record, and what they may still tell. It stands in the node's journal, or in a file that several nodes share, so that each
 * change is on disk before the node acts on it:
 *
 *     reserve ─▶ training ─▶ the update is on disk ─▶ charge ─▶ the round gets the update, and others see it
 *
 * INVARIANT: two updates with different noise are never shown for one charge. A reservation is open until something is charged; a process that is killed
 * before has shown nothing, so its next training takes the reservation over. One that is killed afterwards shows the update that was charged (`made`).
 *
 * INVARIANT: nodes that share a ledger together never spend beyond the budget of the node that charges: it reads what all of them spent and reserved, compares and
 * writes in one transaction.
 *
 * @example
 * using ledger = new PrivacyLedger({ journal, budget: { epsilon: 8, delta: 1e-5 }, folder: dataFolder, logger })
 * await ledger.reserve()
 * await ledger.charge(base, root, spent)
 */
export class PrivacyLedger implements Disposable {
  readonly #options: PrivacyLedgerOptions
  readonly #open: OpenBook

  /** @throws QuorateError PRIVACY_LEDGER_DAMAGED, PRIVACY_LEDGER_OTHER, STORAGE_LOCKED */
  constructor(options: PrivacyLedgerOptions) {
    this.#options = options
    this.#open = openBook(options)
    const { planned } = options
    // What a program of the member's own does may be another thing since the configuration changed.
    this.#book.planned = planned && [planned]
  }

  get report(): PrivacyReport {
    const { budget } = this.#options
    return reportOf(budget, this.#book.state)
  }

  /** The update that was charged for a training on a model; undefined if there was none. */
  made(base: Hash): Hash | undefined {
    return this.#book.made(base)?.root
  }

  /** What the update that was charged for a training on a model cost, if it is this one. */
  costOf(base: Hash, root: Hash): SpendingNumbers | undefined {
    const made = this.#book.made(base)
    return made?.root === root ? made.cost : undefined
  }

  /**
   * Sets aside what a training costs. A reservation of this node that is open is taken over: nothing was shown for it.
   *
   * @throws QuorateError PRIVACY_BUDGET_SPENT
   */
  async reserve(): Promise<void> {
    const book = this.#book
    await this.#change(() => {
      const { planned } = book
      this.#assertFits(planned ?? [])
      book.reserved = planned
    })
  }

  /**
   * Charges an update, which may be shown to others afterwards.
   *
   * @param steps what its training has seen
   * @throws QuorateError PRIVACY_NOT_REPORTED when nobody says what it has seen, PRIVACY_NOISE for less noise than the configuration asks for,
   * PRIVACY_BUDGET_SPENT; the update must not be shown then
   */
  async charge(base: Hash, root: Hash, steps: readonly PrivacyEvent[] | undefined): Promise<void> {
    const book = this.#book
    this.#assertHonest(steps)
    // What a program did last is the best guess of what it does next.
    if (!this.#options.planned) book.planned = steps
    await this.#change(() => {
      this.#assertFits(steps)
      book.add(steps)
      book.reserved = undefined
      book.remember(base, { root, cost: this.#costOf(steps) })
    })
  }

  /** Charges what is reserved although nothing was sent: that a member sends nothing tells of its weights, too. */
  async forfeit(): Promise<void> {
    const book = this.#book
    const { reserved } = book
    if (!reserved) return
    await this.#change(() => {
      book.add(reserved)
      book.reserved = undefined
    })
  }

  [Symbol.dispose](): void {
    this.#open.close()
  }

  get #book(): LedgerBook {
    return this.#open.book
  }

  /** What an update cost, when it was added to what is spent. Trainings of others that are under way are none of it. */
  #costOf(steps: readonly PrivacyEvent[]): SpendingNumbers {
    const { delta } = this.#options.budget
    const total = epsilonOf(this.#book.state.spent, delta)
    return { epsilon: epsilonOf(steps, delta), total, delta, steps: steps.map((step) => ({ ...step })) }
  }

  #assertHonest(steps: readonly PrivacyEvent[] | undefined): asserts steps {
    if (!steps?.some(({ steps: count, samplingRate }) => count > 0 && samplingRate > 0))
      throw new QuorateError(
        'PRIVACY_NOT_REPORTED',
        'the trainer does not say which noise its result has, so the node sends nothing of it',
      )
    const { noise = 0 } = this.#options.budget
    const least = Math.min(...steps.map(({ noiseMultiplier }) => noiseMultiplier))
    if (least >= noise * (1 - NOISE_ROUNDING)) return
    throw new QuorateError(
      'PRIVACY_NOISE',
      `the trainer added noise of ${least} times the clipping norm, and [privacy] asks for ${noise}: the node sends nothing of its result`,
      { details: { noise, reported: least } },
    )
  }

  /** @param more beside all that was spent, and what other nodes have reserved */
  #assertFits(more: readonly PrivacyEvent[]): void {
    const { budget, folder } = this.#options
    const { state, othersReserved } = this.#book
    if (epsilonOf([...state.spent, ...othersReserved, ...more], budget.delta) <= budget.epsilon) return
    const { spent, rounds, roundsLeft = 0, ...limits } = this.report
    throw new QuorateError(
      'PRIVACY_BUDGET_SPENT',
      `ε = ${spent.toFixed(3)} of ${budget.epsilon} (δ = ${budget.delta}) is spent in ${plural(rounds, 'round')}, and ` +
        `${plural(roundsLeft, 'round')} of today's noise ${roundsLeft === 1 ? 'is' : 'are'} left`,
      { details: { epsilon: limits.epsilon, delta: limits.delta, spent, rounds, roundsLeft, folder } },
    )
  }

  async #change(body: () => void): Promise<void> {
    const { folder, logger } = this.#options
    const { book, shared } = this.#open
    book.change(body)
    await writeLedgerFile(folder, { ...book.state, shared }).catch((error: unknown) =>
      logger.warn({ error: String(error) }, 'privacy.json was not written; the ledger has what was spent'),
    )
  }
}
