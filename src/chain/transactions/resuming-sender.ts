import { keccak256, stringToBytes, TransactionReceiptNotFoundError } from 'viem'
import type { TransactionReceipt } from 'viem'
import { QuorateError } from '../../core/index.ts'
import type { Hash } from '../../protocol/types.ts'
import { translateChainError } from '../translate-chain-error.ts'
import { storedTransactionJournal } from './stored-transaction-journal.ts'
import type { IntentStore } from './stored-transaction-journal.ts'
import type { TransactionJournal } from './transaction-journal.ts'
import { resultOf, TransactionSender } from './transaction-sender.ts'
import type { TransactionRequest, TransactionResult, TransactionSenderOptions } from './transaction-sender.ts'

/** Where a command remembers what it sent; what `openJournal` returns is one. */
export interface ResumeStore extends IntentStore {
  get<T>(key: string): T | undefined
  transaction<T>(body: () => T): T
}

const PREFIX = 'mined/'

interface Mined {
  hash: Hash
  blockNumber: bigint
}

/**
 * The sender of a command that may stop at any transaction and is repeated then: a transaction to the same address, with the same data and
 * value, that was mined for this store is not sent again; its receipt is returned. For commands that send nothing twice on purpose.
 *
 * Errors: as `TransactionSender`.
 *
 * @example
 * const sender = new ResumingSender({ chain, account, store: openJournal(folder) })
 * const { ledger } = await deployQuorate(sender)
 */
export class ResumingSender extends TransactionSender {
  readonly #store: ResumeStore

  constructor({ store, ...options }: Omit<TransactionSenderOptions, 'journal'> & { store: ResumeStore }) {
    super({ ...options, journal: rememberingJournal(store) })
    this.#store = store
  }

  /** Transactions that were mined for this store, in all runs. */
  get mined(): number {
    return this.#store.entries(PREFIX).length
  }

  override async send(request: TransactionRequest): Promise<TransactionResult> {
    const { to, data, value, doing } = request
    const key = keccak256(stringToBytes(`${to ?? 'create'} ${data ?? '0x'} ${value ?? 0n}`))
    const mined = this.#store.get<Mined>(PREFIX + key)
    const receipt = mined && (await this.#receiptOf(mined, doing))
    return receipt ? resultOf(receipt, true) : super.send({ ...request, key })
  }

  /** Undefined when a reorganisation undid the transaction. */
  async #receiptOf({ hash, blockNumber }: Mined, doing: string): Promise<TransactionReceipt | undefined> {
    const { publicClient, rpcUrl } = this.chain
    try {
      const receipt = await publicClient.getTransactionReceipt({ hash }).catch((error: unknown) => {
        if (!(error instanceof TransactionReceiptNotFoundError)) throw error
      })
      const head = receipt ? blockNumber : await publicClient.getBlockNumber()
      if (head >= blockNumber) return receipt ?? undefined
    } catch (error) {
      throw translateChainError(error, { doing, rpcUrl })
    }
    throw new QuorateError(
      'RPC_UNREACHABLE',
      `cannot ${doing}: the RPC node does not have block ${blockNumber}, in which an earlier run sent this. It may be behind, or its chain began anew`,
      { details: { hash, blockNumber } },
    )
  }
}

/** Forgets a transaction and remembers that it was mined in one step. */
function rememberingJournal(store: ResumeStore): TransactionJournal {
  const inner = storedTransactionJournal(store)
  return {
    ...inner,
    finish: (key, outcome) =>
      store.transaction(() => {
        void inner.finish(key, outcome)
        if (outcome.status === 'landed')
          store.set(PREFIX + key, { hash: outcome.hash, blockNumber: outcome.blockNumber } satisfies Mined)
      }),
  }
}
