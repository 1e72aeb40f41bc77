import { readLedgerEvents } from '../../../src/chain/index.ts'
import type { LedgerEvent } from '../../../src/chain/index.ts'
import type { Consortium } from '../../../cli/demo/consortium.ts'

/** Blocks that are read again with each look: deeper than any reorganisation of a run. */
const AGAIN = 24n

/** What the ledger said so far, as the chain stands now. Reads only what is new or may have changed. */
export class History {
  /** In the order of the chain. */
  events: LedgerEvent[] = []
  /** The hashes of the blocks in which each round was opened: several where a reorganisation undid an opening. */
  readonly openings = new Map<bigint, Set<string>>()
  /** The claims that were posted for each round, undone or not. */
  readonly #claims = new Map<bigint, Set<string>>()
  readonly #consortium: Pick<Consortium, 'chain' | 'contracts' | 'task' | 'fromBlock'>
  #readTo: bigint

  constructor(consortium: Pick<Consortium, 'chain' | 'contracts' | 'task' | 'fromBlock'>) {
    this.#consortium = consortium
    this.#readTo = consortium.fromBlock
  }

  async look(): Promise<void> {
    const { chain, contracts, task, fromBlock } = this.#consortium
    const toBlock = await chain.publicClient.getBlockNumber()
    const from = this.#readTo - AGAIN > fromBlock ? this.#readTo - AGAIN : fromBlock
    const fresh = await readLedgerEvents(chain, { contracts, task, fromBlock: from, toBlock })
    this.events = [...this.events.filter(({ blockNumber }) => blockNumber < from), ...fresh]
    this.#readTo = toBlock
    for (const event of fresh) {
      if (event.type === 'opened') add(this.openings, event.round, event.blockHash)
      if (event.type === 'posted') add(this.#claims, event.round, event.claimHash)
    }
  }

  /** Whether a reorganisation undid the opening of that round once: what was said of the number then was of another round. */
  reopened(round: bigint): boolean {
    return (this.openings.get(round)?.size ?? 0) > 1
  }

  /** Whether another claim was posted for that round before, and undone. */
  reposted(round: bigint): boolean {
    return (this.#claims.get(round)?.size ?? 0) > 1
  }

  of<T extends LedgerEvent['type']>(type: T): Extract<LedgerEvent, { type: T }>[] {
    return this.events.filter((event): event is Extract<LedgerEvent, { type: T }> => event.type === type)
  }
}

function add(map: Map<bigint, Set<string>>, round: bigint, value: string): void {
  map.set(round, (map.get(round) ?? new Set()).add(value))
}
