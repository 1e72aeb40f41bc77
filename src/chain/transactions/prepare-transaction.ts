import { QuorateError } from '../../core/index.ts'
import type { Address, Hex } from '../../protocol/types.ts'
import type { Chain } from '../connect-chain.ts'
import { estimateFees, priceOf } from './transaction-fees.ts'
import type { TransactionFees } from './transaction-fees.ts'

/** Five checkpoints that find a new second instead of the one they could overwrite: a fresh slot instead of a written one (EIP-2929, EIP-2200). */
const ROOM = 110_000n
/** No transaction may ask for more (EIP-7825). */
const MAX_GAS = 1n << 24n

export interface PreparedTransaction {
  gas: bigint
  fees: TransactionFees
  /** The account's next nonce, transactions in the node's pool included. */
  nonce: number
}

/**
 * Asks the node, in one batch, what a transaction would do and cost. A contract's refusal shows here, for free.
 *
 * Errors: viem's, for `translateChainError`; INSUFFICIENT_FUNDS when the account cannot pay the most it can cost.
 */
export async function prepareTransaction(
  chain: Pick<Chain, 'publicClient'>,
  call: { account: Address; to?: Address; data?: Hex; value?: bigint },
  doing: string,
): Promise<PreparedTransaction> {
  const { publicClient } = chain
  const { account: address, to, value = 0n } = call
  const [estimate, balance, nonce, fees] = await Promise.all([
    // `prepare: false`: viem would fill in fees, and the node then refuses an unfunded sender before it looks at the call.
    publicClient.estimateGas({ ...call, prepare: false }),
    publicClient.getBalance({ address }),
    publicClient.getTransactionCount({ address, blockTag: 'pending' }),
    estimateFees(chain),
    // A second opinion: some nodes leave the revert data out of a failed estimate. Not for init code, which would be echoed back as code.
    to === undefined ? undefined : publicClient.call(call),
  ])
  const gas = call.data === undefined ? estimate : withRoom(estimate)
  const needed = gas * priceOf(fees) + value
  if (balance < needed) {
    throw new QuorateError('INSUFFICIENT_FUNDS', `cannot ${doing}: ${address} has ${balance} wei and needs up to ${needed}`, {
      details: { address, balance, needed },
    })
  }
  return { gas, fees, nonce }
}

/**
 * The gas limit for a call whose cost was estimated in the time of the latest block. In a later second, or after other transactions, it finds
 * other state: a bond then writes new checkpoints where the estimate overwrote old ones. What is not used is not paid.
 */
function withRoom(estimate: bigint): bigint {
  const gas = (estimate * 5n) / 4n + ROOM
  return gas < MAX_GAS || estimate > MAX_GAS ? gas : MAX_GAS
}
