import { rewardDistributorAbi } from '../abi/index.ts'
import { QuorateError } from '../../core/index.ts'
import type { Contracts } from '../contracts.ts'
import type { TransactionResult, TransactionSender, WriteOptions } from '../transactions/transaction-sender.ts'
import { approve } from './approve.ts'
import { readTokenBalance } from './read-token-balance.ts'

export interface FundRewardsParameters extends WriteOptions {
  distributor: Contracts['distributor']
  token: Contracts['token']
  task: bigint
  /** Token wei. */
  amount: bigint
}

/**
 * Pays tokens into the rewards of a task, for good. Anyone may.
 *
 * Errors: TOKEN_BALANCE_TOO_LOW (nothing is sent), TRANSACTION_REVERTED with `UnknownTask`, and those of every write.
 */
export async function fundRewards(sender: TransactionSender, parameters: FundRewardsParameters): Promise<TransactionResult> {
  const { distributor, token, task, amount, signal } = parameters
  const check = async (): Promise<void> => {
    const balance = await readTokenBalance(sender.chain, { token, owner: sender.address, signal })
    if (balance >= amount) return
    throw new QuorateError(
      'TOKEN_BALANCE_TOO_LOW',
      `${sender.address} has ${balance} token wei and wants to pay in ${amount} token wei`,
      {
        details: { owner: sender.address, balance, needed: amount },
      },
    )
  }
  await approve(sender, { token, spender: distributor, amount, check, signal })
  const doing = `fund the rewards of task ${task}`
  return sender.write({ doing, to: distributor, abi: rewardDistributorAbi, functionName: 'fund', args: [task, amount], signal })
}
