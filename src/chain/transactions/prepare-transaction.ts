import { QuorateError } from '../../core/index.ts'
import type { Address, Hex } from '../../protocol/types.ts'
import type { Chain } from '../connect-chain.ts'
import { estimateFees, priceOf } from './transaction-fees.ts'
import type { TransactionFees } from './transaction-fees.ts'
import { translateChainError } from '../translate-chain-error.ts'

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

interface Call {
  account: Address
  to?: Address
  data?: Hex
  value?: bigint
}

/**
 * Simulates a transaction and reads its cost, in one batch. A contract's refusal shows here, for free.
 *
 * Errors: viem's, for `translateChainError`; INSUFFICIENT_FUNDS when the account cannot pay the most it can cost.
 */
export async function prepareTransaction(
  chain: Pick<Chain, 'publicClient'>,
  call: Call,
  doing: string,
): Promise<PreparedTransaction> {
  const { publicClient } = chain
  const { account: address, value = 0n } = call
  const [estimate, balance, nonce, fees] = await Promise.all([
    simulate(publicClient, call, doing),
    publicClient.getBalance({ address }),
    publicClient.getTransactionCount({ address, blockTag: 'pending' }),
    estimateFees(chain),
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
 * The gas that a call would use in the next block. Deadlines are compared with the time of the pending block. On a
 * chain that mines only on demand the latest block may be hours old, and a call that is due by now would be refused for
 * ever. A node that answers nothing about the next block is asked about the latest.
 */
async function simulate(publicClient: Chain['publicClient'], call: Call, doing: string): Promise<bigint> {
  const at = async (blockTag: 'pending' | 'latest'): Promise<bigint> => {
    const [estimate] = await Promise.all([
      // `prepare: false`: viem would fill in fees, and the node then refuses an unfunded sender before it looks at the call.
      publicClient.estimateGas({ ...call, prepare: false, blockTag }),
      // A second opinion: some nodes leave the revert data out of a failed estimate. Not for init code, which would be echoed back as code.
      call.to === undefined ? undefined : publicClient.call({ ...call, blockTag }),
    ])
    return estimate
  }
  try {
    return await at('pending')
  } catch (error) {
    const { code, details } = translateChainError(error, { doing })
    // A refusal by the contract, or of an account that cannot pay, is an answer.
    if ('error' in details || code === 'INSUFFICIENT_FUNDS') throw error
    return at('latest')
  }
}

/**
 * The gas limit for a call whose cost was estimated in the next block as the node sees it. In a later second, or after other transactions, it finds
 * other state: a bond then writes new checkpoints where the estimate overwrote old ones. What is not used is not paid.
 */
function withRoom(estimate: bigint): bigint {
  const gas = (estimate * 5n) / 4n + ROOM
  return gas < MAX_GAS || estimate > MAX_GAS ? gas : MAX_GAS
}
