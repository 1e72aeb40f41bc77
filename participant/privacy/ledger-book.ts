import type { PrivacyEvent } from '../../src/privacy/index.ts'
import type { Hash, SpendingNumbers } from '../../src/protocol/index.ts'
import type { Journal } from '../../src/storage/index.ts'
import type { LedgerState, Spending } from './spending.ts'

/** Where a book stands: the journal of a node, or one that several nodes share. */
export type BookJournal = Pick<Journal, 'get' | 'set' | 'delete' | 'entries' | 'transaction'>

/** An update that was charged. */
export interface Made {
  root: Hash
  order: number
  /** What it cost, and what the ledger counted with it; missing for one that an earlier version charged. */
  cost?: SpendingNumbers
}

const CHANGES = 'privacy/changes'
const SPENT = 'privacy/spent/'
const RESERVED = 'privacy/reserved'
const PLANNED = 'privacy/planned'
const MADE = 'privacy/made/'

/** Models whose update is remembered. A round opens again on the newest ones only. */
const KEEP = 64

/** What stands in a ledger of privacy, entry by entry. It knows no budget: `PrivacyLedger` has the rules. */
export class LedgerBook {
  readonly journal: BookJournal
  /** Tells the entries of this node from those of others in one journal; empty where the journal is the node's own. */
  readonly #node: string

  constructor(journal: BookJournal, node = '') {
    this.journal = journal
    this.#node = node === '' ? '' : `/${node}`
  }

  /** What all nodes spent and reserved, and what a training of this one costs. */
  get state(): LedgerState {
    return {
      changes: this.journal.get<number>(CHANGES) ?? 0,
      spent: this.journal.entries<Spending>(SPENT).map(([, spending]) => spending),
      reserved: this.journal.entries<PrivacyEvent[]>(RESERVED).map(([, events]) => events),
      planned: this.planned,
    }
  }

  /** What a training of this node costs. */
  get planned(): PrivacyEvent[] | undefined {
    return this.journal.get<PrivacyEvent[]>(PLANNED + this.#node)
  }

  set planned(events: readonly PrivacyEvent[] | undefined) {
    this.#put(PLANNED + this.#node, events)
  }

  /** What the training of this node that is under way costs. */
  get reserved(): PrivacyEvent[] | undefined {
    return this.journal.get<PrivacyEvent[]>(RESERVED + this.#node)
  }

  set reserved(events: readonly PrivacyEvent[] | undefined) {
    this.#put(RESERVED + this.#node, events)
  }

  /** What other nodes have reserved. */
  get othersReserved(): PrivacyEvent[] {
    const own = RESERVED + this.#node
    return this.journal.entries<PrivacyEvent[]>(RESERVED).flatMap(([key, events]) => (key === own ? [] : events))
  }

  made(base: Hash): Made | undefined {
    return this.journal.get<Made>(this.#madePrefix + base)
  }

  /** Remembers the update that was charged for a model, and forgets the oldest. */
  remember(base: Hash, made: Omit<Made, 'order'>): void {
    const others = this.journal.entries<Made>(this.#madePrefix).toSorted(([, a], [, b]) => a.order - b.order)
    for (const [old] of others.slice(0, Math.max(0, others.length - KEEP + 1))) this.journal.delete(old)
    this.journal.set(this.#madePrefix + base, { ...made, order: (others.at(-1)?.[1].order ?? 0) + 1 })
  }

  /** Adds the steps of one training. */
  add(steps: readonly PrivacyEvent[]): void {
    for (const one of steps) this.addSpending({ ...one, rounds: 1 })
  }

  addSpending(more: Spending): void {
    const known = this.#spendingLike(more)
    this.#setSpending({ ...more, steps: more.steps + (known?.steps ?? 0), rounds: more.rounds + (known?.rounds ?? 0) })
  }

  /** Raises an entry to what another copy of this ledger says. */
  atLeast(other: Spending): void {
    const known = this.#spendingLike(other)
    if (!known || known.steps < other.steps) this.#setSpending(other)
  }

  /** Changes entries in one transaction and counts it. `body` sees what no other process changes meanwhile. */
  change(body: () => void, { changes = 0 }: { changes?: number } = {}): void {
    this.journal.transaction(() => {
      body()
      this.journal.set(CHANGES, Math.max(changes, this.journal.get<number>(CHANGES) ?? 0) + 1)
    })
  }

  get #madePrefix(): string {
    return this.#node === '' ? MADE : `${MADE}${this.#node.slice(1)}/`
  }

  #spendingLike(one: Spending): Spending | undefined {
    return this.journal.get<Spending>(keyOf(one))
  }

  #setSpending({ noiseMultiplier, samplingRate, steps, rounds }: Spending): void {
    const spending: Spending = { noiseMultiplier, samplingRate, steps, rounds }
    this.journal.set(keyOf(spending), spending)
  }

  #put(key: string, value: unknown): void {
    if (value === undefined) this.journal.delete(key)
    else this.journal.set(key, value)
  }
}

function keyOf({ noiseMultiplier, samplingRate }: Spending): string {
  return `${SPENT}${noiseMultiplier}/${samplingRate}`
}
