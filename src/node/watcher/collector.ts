import { collectPayout, readOwed } from '../../chain/index.ts'
import type { TransactionSender } from '../../chain/index.ts'
import { isQuorateError, Poll } from '../../core/index.ts'
import type { Logger, Service } from '../../core/index.ts'
import { lowerHex } from '../../protocol/index.ts'
import type { Address } from '../../protocol/index.ts'

export interface CollectorOptions {
  /** Pays for the transactions. */
  sender: TransactionSender
  /** The contracts that may owe something. */
  keepers: (signal: AbortSignal) => Promise<readonly Address[]>
  /** Whose payments are collected. */
  accounts: readonly Address[]
  logger: Logger
  /** How often the contracts are asked, ms. */
  everyMs?: number
}

/** Collects bounties and bonds that contracts owe to a node: they pay nobody by themselves. */
export class Collector implements Service {
  readonly name = 'collector'
  readonly #options: CollectorOptions
  readonly #poll: Poll

  constructor(options: CollectorOptions) {
    this.#options = options
    const { everyMs = 60_000, logger } = options
    const failed = (error: unknown): void => {
      const code = isQuorateError(error) ? error.code : undefined
      logger.warn({ code, error: String(error) }, 'could not collect what is owed; the node will retry')
    }
    this.#poll = new Poll({ name: this.name, everyMs, late: true, look: async () => this.collectAll(), failed })
  }

  async start(): Promise<void> {
    await this.#poll.start()
  }

  async stop(): Promise<void> {
    await this.#poll.stop()
  }

  /** Collects what is owed now. Errors: those of reads and writes. */
  async collectAll(): Promise<void> {
    const { sender, keepers, accounts, logger } = this.#options
    const { signal } = this.#poll
    for (const keeper of new Set((await keepers(signal)).map(lowerHex)))
      for (const account of new Set(accounts.map(lowerHex))) {
        const amount = await readOwed(sender.chain, { keeper, account, signal })
        if (amount === 0n) continue
        const { hash } = await collectPayout(sender, { keeper, account, signal })
        logger.info({ keeper, account, amount, transaction: hash }, 'collected a bounty or a bond')
      }
  }
}
