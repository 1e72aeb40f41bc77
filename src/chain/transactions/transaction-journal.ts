import type { Address, Hash, Hex } from '../../protocol/types.ts'

/** A signed transaction, recorded before it is sent. */
export interface TransactionIntent {
  /** What it is for, unique among unfinished ones: `post:1:7` is the claim of task 1, round 7. */
  key: string
  chainId: number
  account: Address
  nonce: number
  hash: Hash
  /** The signed bytes: enough to send it again. */
  raw: Hex
}

export type TransactionOutcome =
  | { status: 'landed' | 'reverted'; hash: Hash; blockNumber: bigint }
  /** It can never be mined any more: refused by the node, or another transaction used its nonce. */
  | { status: 'lost' }

/**
 * Remembers transactions across a crash, so that a restarted process asks the chain what became of its post instead of posting twice.
 * A purpose may have several intents: replacements with a higher fee share the nonce. `begin` must be durable when it returns.
 */
export interface TransactionJournal {
  begin(intent: TransactionIntent): void | Promise<void>
  finish(key: string, outcome: TransactionOutcome): void | Promise<void>
  /** Every intent of the purposes not finished, in the order begun. */
  pending(): readonly TransactionIntent[] | Promise<readonly TransactionIntent[]>
}

/** A journal for one-shot commands and tests: it lasts as long as the process. */
export class MemoryTransactionJournal implements TransactionJournal {
  #intents: TransactionIntent[] = []

  begin(intent: TransactionIntent): void {
    this.#intents.push(intent)
  }

  finish(key: string): void {
    this.#intents = this.#intents.filter((intent) => intent.key !== key)
  }

  pending(): readonly TransactionIntent[] {
    return [...this.#intents]
  }
}
