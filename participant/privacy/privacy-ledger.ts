import { plural, QuorateError } from '../../src/core/index.ts'
import type { Logger } from '../../src/core/index.ts'
import { epsilonOf } from '../../src/privacy/index.ts'
import type { PrivacyBudget, PrivacyEvent } from '../../src/privacy/index.ts'
import type { Hash } from '../../src/protocol/index.ts'
import type { Journal } from '../../src/storage/index.ts'
import { readLedgerFile, writeLedgerFile } from './ledger-file.ts'
import { reportOf } from './spending.ts'
import type { LedgerState, PrivacyReport, Spending } from './spending.ts'

export interface PrivacyLedgerOptions {
  journal: Pick<Journal, 'get' | 'set' | 'delete' | 'entries' | 'transaction'>
  budget: PrivacyBudget
  /** What a training costs, where that is known before the first. */
  planned?: PrivacyEvent
  /** State folder, for the copy that commands read. */
  folder: string
  logger: Pick<Logger, 'warn'>
}

const CHANGES = 'privacy/changes'
const SPENT = 'privacy/spent/'
const RESERVED = 'privacy/reserved'
const PLANNED = 'privacy/planned'
const MADE = 'privacy/made/'

/** Models whose update is remembered. A round opens again on the newest ones only. */
const KEEP = 64

/** An update that was charged. */
interface Made {
  root: Hash
  order: number
}

/**
 * What a member's updates have told of one record, and what they may still tell. It stands in the node's journal, so that each change is on disk before the
 * node acts on it:
 *
 *     reserve ─▶ training ─▶ the update is on disk ─▶ charge ─▶ the round gets the update, and others see it
 *
 * INVARIANT: two updates with different noise are never shown for one charge. A reservation is open until something is charged; a process that is killed
 * before has shown nothing, so its next training takes the reservation over. One that is killed afterwards shows the update that was charged (`made`).
 *
 * @example
 * const ledger = new PrivacyLedger({ journal, budget: { epsilon: 8, delta: 1e-5 }, folder: dataFolder, logger })
 * await ledger.reserve()
 * await ledger.charge(base, root, spent)
 */
export class PrivacyLedger {
  readonly #options: PrivacyLedgerOptions

  /** @throws QuorateError PRIVACY_LEDGER_DAMAGED */
  constructor(options: PrivacyLedgerOptions) {
    this.#options = options
    this.#adopt(readLedgerFile(options.folder))
    const { journal, planned } = options
    if (planned) journal.set(PLANNED, [planned])
    // What a program of the member's own does may be another thing since the configuration changed.
    else journal.delete(PLANNED)
  }

  get report(): PrivacyReport {
    return reportOf(this.#options.budget, this.#state())
  }

  /** The update that was charged for a training on a model; undefined if there was none. */
  made(base: Hash): Hash | undefined {
    return this.#options.journal.get<Made>(MADE + base)?.root
  }

  /**
   * Sets aside what a training costs. A reservation that is open is taken over: nothing was shown for it.
   *
   * @throws QuorateError PRIVACY_BUDGET_SPENT
   */
  async reserve(): Promise<void> {
    const { journal } = this.#options
    const { spent, planned } = this.#state()
    this.#assertFits([...spent, ...(planned ?? [])])
    await this.#change(() => (planned ? journal.set(RESERVED, planned) : journal.delete(RESERVED)))
  }

  /**
   * Charges an update, which may be shown to others afterwards.
   *
   * @param steps what its training has seen
   * @throws QuorateError PRIVACY_NOT_REPORTED when nobody says what it has seen, PRIVACY_BUDGET_SPENT; the update must not be shown then
   */
  async charge(base: Hash, root: Hash, steps: readonly PrivacyEvent[] | undefined): Promise<void> {
    if (!steps)
      throw new QuorateError(
        'PRIVACY_NOT_REPORTED',
        'the trainer does not say which noise its result has, so the node sends nothing of it',
      )
    const { journal, planned } = this.#options
    // What a program did last is the best guess of what it does next.
    if (!planned) journal.set(PLANNED, steps)
    this.#assertFits([...this.#state().spent, ...steps])
    await this.#change(() => {
      this.#add(steps)
      journal.delete(RESERVED)
      const others = journal.entries<Made>(MADE).toSorted(([, a], [, b]) => a.order - b.order)
      for (const [old] of others.slice(0, Math.max(0, others.length - KEEP + 1))) journal.delete(old)
      journal.set(MADE + base, { root, order: (others.at(-1)?.[1].order ?? 0) + 1 })
    })
  }

  /** Charges what is reserved although nothing was sent: that a member sends nothing tells of its weights, too. */
  async forfeit(): Promise<void> {
    const { journal } = this.#options
    const reserved = journal.get<PrivacyEvent[]>(RESERVED)
    if (!reserved) return
    await this.#change(() => {
      this.#add(reserved)
      journal.delete(RESERVED)
    })
  }

  #add(steps: readonly PrivacyEvent[]): void {
    const { journal } = this.#options
    for (const { noiseMultiplier, samplingRate, steps: count } of steps) {
      const key = `${SPENT}${noiseMultiplier}/${samplingRate}`
      const known = journal.get<Spending>(key) ?? { noiseMultiplier, samplingRate, steps: 0, rounds: 0 }
      journal.set(key, { ...known, steps: known.steps + count, rounds: known.rounds + 1 })
    }
  }

  #assertFits(charges: readonly PrivacyEvent[]): void {
    const { budget, folder } = this.#options
    if (epsilonOf(charges, budget.delta) <= budget.epsilon) return
    const { spent, rounds, roundsLeft = 0 } = this.report
    throw new QuorateError(
      'PRIVACY_BUDGET_SPENT',
      `ε = ${spent.toFixed(3)} of ${budget.epsilon} (δ = ${budget.delta}) is spent in ${plural(rounds, 'round')}, and ` +
        `${plural(roundsLeft, 'round')} of today's noise ${roundsLeft === 1 ? 'is' : 'are'} left`,
      { details: { ...budget, spent, rounds, roundsLeft, folder } },
    )
  }

  #state(): LedgerState {
    const { journal } = this.#options
    return {
      changes: journal.get<number>(CHANGES) ?? 0,
      spent: journal.entries<Spending>(SPENT).map(([, spending]) => spending),
      reserved: journal.get<PrivacyEvent[]>(RESERVED),
      planned: journal.get<PrivacyEvent[]>(PLANNED),
    }
  }

  /** A copy that is newer than the journal: the journal was lost, or an old one was put back. */
  #adopt(copy: LedgerState | undefined): void {
    const { journal, logger } = this.#options
    const { changes, spent } = this.#state()
    if (!copy || copy.changes <= changes) return
    const keyOf = ({ noiseMultiplier, samplingRate }: Spending): string => `${SPENT}${noiseMultiplier}/${samplingRate}`
    journal.transaction(() => {
      for (const one of copy.spent) {
        const known = spent.find((other) => keyOf(other) === keyOf(one))
        if (!known || known.steps < one.steps) journal.set(keyOf(one), one)
      }
      // Whether the training that had reserved this showed something, only the lost journal knew.
      if (copy.reserved) this.#add(copy.reserved)
      journal.delete(RESERVED)
      journal.set(CHANGES, copy.changes + 1)
    })
    logger.warn(
      { ...this.report },
      'the journal does not have all that this member spent of its privacy budget: the copy in privacy.json counts',
    )
  }

  async #change(body: () => void): Promise<void> {
    const { journal, folder, logger } = this.#options
    journal.transaction(() => {
      body()
      journal.set(CHANGES, (journal.get<number>(CHANGES) ?? 0) + 1)
    })
    await writeLedgerFile(folder, this.#state()).catch((error: unknown) =>
      logger.warn({ error: String(error) }, 'privacy.json was not written; the journal has what was spent'),
    )
  }
}
