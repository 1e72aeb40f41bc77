import { TransactionReceiptNotFoundError } from 'viem'
import type { TransactionReceipt } from 'viem'
import { QuorateError, systemClock } from '../../core/index.ts'
import { abortable } from '../abortable.ts'
import type { Chain } from '../connect-chain.ts'
import { isUnanswered, translateChainError } from '../translate-chain-error.ts'
import type { TransactionIntent } from './transaction-journal.ts'

/** How many polls in a row must see the nonce used and no receipt of ours: one alone may be a node that lags behind its own index. */
const LOST_AFTER_POLLS = 3

export type Settled = { status: 'landed' | 'reverted'; receipt: TransactionReceipt } | { status: 'lost' }

export interface SettleOptions {
  chain: Pick<Chain, 'publicClient' | 'pollingIntervalMs' | 'rpcUrl' | 'logger'>
  /** All attempts of one purpose: same account, same nonce, at most one of them can ever be mined. */
  intents: readonly TransactionIntent[]
  /** Blocks without a receipt after which `push` is called, again and again. */
  pushAfterBlocks: number
  /** Sends the transaction again, with a higher fee if it can; returns all attempts. */
  push: (intents: readonly TransactionIntent[]) => Promise<readonly TransactionIntent[]>
  timeoutMs: number
  signal?: AbortSignal
}

/**
 * Waits until one of the attempts is mined, or none can be any more. Outages of the node are waited out.
 *
 * Errors: TRANSACTION_TIMEOUT (RPC_UNREACHABLE or RPC_DISAGREEMENT when the node had no answer at the end), CANCELLED. Both leave the journal's intents
 * pending, so a later run finds out.
 */
export async function settleTransaction(options: SettleOptions): Promise<Settled> {
  const { chain, pushAfterBlocks, push, timeoutMs, signal } = options
  const { publicClient } = chain
  const { account, nonce, key } = options.intents[0]!
  const end = Date.now() + timeoutMs
  let intents = options.intents
  let pushedAt: bigint | undefined
  let lostPolls = 0
  let failure: QuorateError | undefined
  for (;;) {
    try {
      const found = await abortable(receiptAmong(chain, intents), signal)
      if (found) return { status: found.status === 'success' ? 'landed' : 'reverted', receipt: found }
      const [used, block] = await abortable(
        Promise.all([publicClient.getTransactionCount({ address: account }), publicClient.getBlockNumber()]),
        signal,
      )
      lostPolls = used > nonce ? lostPolls + 1 : 0
      if (lostPolls >= LOST_AFTER_POLLS) return { status: 'lost' }
      pushedAt ??= block
      if (lostPolls === 0 && block >= pushedAt + BigInt(pushAfterBlocks)) {
        intents = await push(intents)
        pushedAt = block
      }
      failure = undefined
    } catch (error) {
      failure = translateChainError(error, { doing: `look for transaction ${intents.at(-1)!.hash}`, rpcUrl: chain.rpcUrl })
      if (failure.code === 'CANCELLED' || !isUnanswered(failure)) throw failure
      chain.logger.warn({ code: failure.code, key }, failure.message)
    }
    if (Date.now() >= end) {
      const details = { key, account, nonce, hashes: intents.map((intent) => intent.hash) }
      if (failure) throw new QuorateError(failure.code, failure.message, { details, cause: failure })
      throw new QuorateError('TRANSACTION_TIMEOUT', `${key} was not mined within ${timeoutMs / 1000} s`, { details })
    }
    await systemClock.sleep(chain.pollingIntervalMs, signal)
  }
}

async function receiptAmong(
  { publicClient }: Pick<Chain, 'publicClient'>,
  intents: readonly TransactionIntent[],
): Promise<TransactionReceipt | undefined> {
  const receipts = await Promise.all(
    intents.map(({ hash }) =>
      publicClient.getTransactionReceipt({ hash }).catch((error: unknown) => {
        if (error instanceof TransactionReceiptNotFoundError) return undefined
        throw error
      }),
    ),
  )
  return receipts.find((receipt) => receipt !== undefined)
}
