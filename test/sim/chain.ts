import type { LedgerEvent } from '../../src/chain/events/ledger-event.ts'
import type { Hash } from '../../src/protocol/index.ts'
import { apply, EMPTY } from './ledger.ts'
import type { Judge, LedgerState, Transaction } from './ledger.ts'

export interface SimBlock {
  number: number
  hash: Hash
  time: number
  events: readonly LedgerEvent[]
  included: readonly Transaction[]
  state: LedgerState
}

/** A chain whose blocks can be undone. Transactions wait in a pool until a block takes them; one that reverts is gone. */
export class SimChain {
  readonly #provable: Judge
  #blocks: SimBlock[]
  #pool: Transaction[] = []
  #forks = 0

  constructor(provable: Judge) {
    this.#provable = provable
    this.#blocks = [{ number: 0, hash: this.#hash(0), time: 1000, events: [], included: [], state: EMPTY }]
  }

  get head(): SimBlock {
    return this.#blocks.at(-1)!
  }

  block(number: number): SimBlock | undefined {
    return this.#blocks[number]
  }

  /** Whether the transaction still waits. */
  waits(tx: Transaction): boolean {
    return this.#pool.includes(tx)
  }

  send(tx: Transaction): void {
    this.#pool.push(tx)
  }

  /** Mines a block `seconds` after the last one. @param take which waiting transactions it takes; default all */
  mine(seconds: number, take: (index: number) => boolean = () => true): SimBlock {
    const time = this.head.time + seconds
    const number = this.#blocks.length
    const hash = this.#hash(number)
    const chosen = this.#pool.filter((_, index) => take(index))
    this.#pool = this.#pool.filter((tx) => !chosen.includes(tx))
    let { state } = this.head
    const events: LedgerEvent[] = []
    const included: Transaction[] = []
    for (const tx of chosen) {
      const done = apply(state, tx, time, this.#provable)
      if (!done) continue
      state = done.state
      included.push(tx)
      for (const body of done.events)
        events.push({ ...body, blockNumber: BigInt(number), blockHash: hash, transactionHash: hash, logIndex: events.length })
    }
    const block = { number, hash, time, events, included, state }
    this.#blocks.push(block)
    return block
  }

  /**
   * Another branch replaces the newest blocks. It is longer by one.
   *
   * @param kept which of the undone transactions wait again; the others are lost
   */
  reorganise(depth: number, kept: (index: number) => boolean, seconds: number): void {
    const undone = this.#blocks.splice(Math.max(1, this.#blocks.length - depth))
    this.#forks++
    const back = undone.flatMap(({ included }) => included).filter((_, index) => kept(index))
    this.#pool = [...back, ...this.#pool]
    for (let n = 0; n <= undone.length; n++) this.mine(seconds)
  }

  #hash(number: number): Hash {
    return `0x${(BigInt(this.#forks) * 1_000_000n + BigInt(number)).toString(16).padStart(64, '0')}`
  }
}
