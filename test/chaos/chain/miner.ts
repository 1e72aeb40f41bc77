import { setTimeout as sleep } from 'node:timers/promises'
import type { Rpc } from './rpc.ts'

/** How often it looks for transactions, and how long it waits for the next block without any by default, ms. */
const LOOK_MS = 50
const BLOCK_MS = 500

interface Head {
  number: number
  timestamp: number
}

/** How many looks of the miner nothing happens in any program before the chain's time runs fast: two seconds and a half, and longer on a machine that is slow. */
const PATIENCE_LOOKS = 50

/** How much faster than `pace` the chain's time runs in haste. */
const HASTE = 4

/**
 * Makes the blocks of the chain: with each transaction, and two a second. The chain's time runs with the clock while programs get on, however slow the machine is, and
 * `pace` times as fast when all of them wait: so a window that nobody uses passes in seconds.
 */
export class Miner {
  /** No block is made while it is set. */
  stalled = false
  /** Time runs faster still, whatever programs do: for what waits for the windows of the court. */
  hasty = false
  /** Wei that a block asks for each gas; undefined: what the chain makes of it. Transactions that offer less stay where they are. */
  baseFee: bigint | undefined
  readonly #rpc: Rpc
  readonly #pace: number
  readonly #blockMs: number
  readonly #stopping = new AbortController()
  /** The chain's time, with its fraction. */
  #time = 0
  #movedAt = 0
  /** Since something happened. */
  #looks = 0
  #turn: Promise<unknown> = Promise.resolve()
  #loop: Promise<void> = Promise.resolve()
  /** Blocks that may not be undone. */
  #floor = 0

  /** @param blockMs time between two blocks when there are no transactions; default half a second */
  constructor(rpc: Rpc, pace: number, blockMs = BLOCK_MS) {
    this.#rpc = rpc
    this.#pace = pace
    this.#blockMs = blockMs
  }

  async start(): Promise<void> {
    await this.#rpc('evm_setAutomine', false)
    await this.#rpc('evm_setIntervalMining', 0)
    const { number, timestamp } = await this.head()
    this.#floor = number
    this.#time = timestamp
    this.#movedAt = performance.now()
    this.#loop = this.#run()
  }

  async head(): Promise<Head> {
    const block = await this.#rpc<{ number: string; timestamp: string }>('eth_getBlockByNumber', 'latest', false)
    return { number: Number(block.number), timestamp: Number(block.timestamp) }
  }

  /** Where the chain's time should stand now. */
  get time(): number {
    const now = performance.now()
    const waits = this.#looks > PATIENCE_LOOKS
    const speed = this.hasty ? this.#pace * HASTE : waits ? this.#pace : 1
    this.#time += ((now - this.#movedAt) / 1000) * speed
    this.#movedAt = now
    return Math.floor(this.#time)
  }

  /** Something happened in a program. */
  progress(): void {
    this.#looks = 0
  }

  /** Moves the chain's time on. */
  async jump(seconds: number): Promise<void> {
    this.#time += seconds
    await this.#exclusively(async () => this.#mine())
  }

  /**
   * Undoes the last blocks and makes others in their place.
   *
   * @param fate of their transactions: forgotten, or mined again in one block, where the chain still takes them
   * @returns how many blocks were undone
   */
  async reorganise(depth: number, fate: 'drop' | 'replay'): Promise<number> {
    return this.#exclusively(async () => {
      const { number } = await this.head()
      const undone = Math.min(depth, number - this.#floor)
      if (undone < 1) return 0
      const raw = fate === 'replay' ? await this.#transactions(number - undone + 1, number) : []
      try {
        await this.#rpc(
          'anvil_reorg',
          undone,
          raw.map((transaction) => [transaction, 0]),
        )
      } catch {
        await this.#rpc('anvil_reorg', undone, [])
      }
      await this.#mine()
      return undone
    })
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#loop
    await this.#turn
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping
    for (let last = 0; !signal.aborted;) {
      try {
        // Read often, so that time is counted at the speed it had.
        void this.time
        this.#looks++
        if (!this.stalled) {
          const { pending } = await this.#rpc<{ pending: string }>('txpool_status')
          const due = performance.now() - last >= this.#blockMs
          if (due || (Number(pending) > 0 && this.baseFee === undefined)) {
            await this.#exclusively(async () => this.#mine())
            last = performance.now()
          }
        }
      } catch {
        // The chain is frozen, or going: the next look finds it or not.
      }
      await sleep(LOOK_MS, undefined, { signal }).catch(() => {})
    }
  }

  /** The transactions of some blocks, as they were sent. */
  async #transactions(first: number, last: number): Promise<string[]> {
    const raw: string[] = []
    for (let at = first; at <= last; at++) {
      const { transactions } = await this.#rpc<{ transactions: string[] }>('eth_getBlockByNumber', `0x${at.toString(16)}`, false)
      for (const hash of transactions) raw.push(await this.#rpc<string>('eth_getRawTransactionByHash', hash))
    }
    return raw
  }

  async #mine(): Promise<void> {
    const { timestamp } = await this.head()
    const next = Math.max(timestamp + 1, this.time)
    if (this.baseFee !== undefined) await this.#rpc('anvil_setNextBlockBaseFeePerGas', `0x${this.baseFee.toString(16)}`)
    await this.#rpc('evm_mine', { timestamp: next })
  }

  async #exclusively<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(work)
    this.#turn = mine.catch(() => {})
    return mine
  }
}
