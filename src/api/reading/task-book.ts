import { readLedgerEvents } from '../../chain/index.ts'
import type { LedgerEvent } from '../../chain/index.ts'
import type { ApiNode } from './api-node.ts'
import { applyRoundEvents } from './round-entries.ts'
import type { RoundEntry } from './round-entries.ts'
import { addTotals, copyTotals, noTotals } from './task-totals.ts'
import type { TaskTotals } from './task-totals.ts'

/** Rounds that the history has forgotten and this book still has, the newest. */
const OLD_ROUNDS = 10_000

/** A task by the events of the chain, as of one moment. */
export interface TaskPicture {
  /** By number, oldest first. */
  rounds: ReadonlyMap<bigint, RoundEntry>
  /** Rounds whose claim stands, oldest first. */
  claims: readonly (RoundEntry & { posted: NonNullable<RoundEntry['posted']> })[]
  /** Claims that stood before the first of `claims`. */
  earlierClaims: number
  totals: TaskTotals
}

/**
 * The rounds and the sums of a task, from the events that its node follows. The node forgets events that nothing can change any more; this book
 * folds them into its own entries, and reads from the chain what it never saw.
 *
 * @example
 * const book = new TaskBook(node)
 * const { rounds } = await book.picture()
 */
export class TaskBook {
  readonly #node: Pick<ApiNode, 'history' | 'about'>
  /** What is forgotten, folded. */
  #rounds = new Map<bigint, RoundEntry>()
  #totals = noTotals()
  /** Claims that were forgotten here, too. */
  #dropped = 0
  /** The events that were seen last, and the picture of them. */
  #seen: readonly LedgerEvent[] = []
  #picture: { last: LedgerEvent | undefined; length: number; first: LedgerEvent | undefined; picture: TaskPicture } | undefined
  /** The first event that is not folded yet is there or later. */
  #next: Position
  #folding: Promise<void> | undefined

  constructor(node: Pick<ApiNode, 'history' | 'about'>) {
    this.#node = node
    this.#next = { blockNumber: node.about.fromBlock, logIndex: 0 }
  }

  /** The task now. @throws QuorateError RPC_UNREACHABLE when events have to be read from the chain and it does not answer */
  async picture(): Promise<TaskPicture> {
    await this.#fold()
    const { history } = this.#node
    const events = history.events()
    const [first, last] = [events[0], events.at(-1)]
    const known = this.#picture
    if (known && known.first === first && known.last === last && known.length === events.length) return known.picture
    const own = this.#own(events)
    const rounds = new Map(this.#rounds)
    applyRoundEvents(rounds, own)
    const totals = copyTotals(this.#totals)
    addTotals(totals, own)
    const picture: TaskPicture = {
      rounds: new Map([...rounds].sort(([a], [b]) => (a < b ? -1 : 1))),
      claims: claimsOf(rounds.values()),
      earlierClaims: this.#dropped,
      totals,
    }
    this.#picture = { first, last, length: events.length, picture }
    this.#seen = [...events]
    return picture
  }

  /** Folds what the history has forgotten. One at a time. */
  async #fold(): Promise<void> {
    this.#folding ??= this.#foldOnce().finally(() => (this.#folding = undefined))
    return this.#folding
  }

  async #foldOnce(): Promise<void> {
    const begin = this.#node.history.begin()
    if (!begin || !isBefore(this.#next, begin)) return
    const index = this.#seen.indexOf(begin)
    const forgotten = index >= 0 ? this.#seen.slice(0, index) : await this.#readBefore(begin)
    const own = this.#own(forgotten)
    applyRoundEvents(this.#rounds, own)
    addTotals(this.#totals, own)
    const rounds = [...this.#rounds].sort(([a], [b]) => (a < b ? -1 : 1))
    this.#dropped += claimsOf(rounds.slice(0, -OLD_ROUNDS).map(([, entry]) => entry)).length
    this.#rounds = new Map(rounds.slice(-OLD_ROUNDS))
    this.#next = begin
    this.#seen = []
    this.#picture = undefined
  }

  async #readBefore(begin: LedgerEvent): Promise<LedgerEvent[]> {
    const { chain, contracts, task } = this.#node.about
    const { blockNumber: fromBlock } = this.#next
    const events = await readLedgerEvents(chain, { contracts, task, fromBlock, toBlock: begin.blockNumber })
    return events.filter((event) => !isBefore(event, this.#next) && isBefore(event, begin))
  }

  /** The history also has events of other tasks. */
  #own(events: readonly LedgerEvent[]): LedgerEvent[] {
    const { task } = this.#node.about
    return events.filter((event) => !('task' in event) || event.task === task)
  }
}

type Position = Pick<LedgerEvent, 'blockNumber' | 'logIndex'>

function isBefore(one: Position, other: Position): boolean {
  return one.blockNumber < other.blockNumber || (one.blockNumber === other.blockNumber && one.logIndex < other.logIndex)
}

function claimsOf(rounds: Iterable<RoundEntry>): TaskPicture['claims'][number][] {
  return [...rounds]
    .filter((entry): entry is TaskPicture['claims'][number] => entry.outcome === 'posted' && entry.posted !== undefined)
    .sort((a, b) => (a.round < b.round ? -1 : 1))
}
