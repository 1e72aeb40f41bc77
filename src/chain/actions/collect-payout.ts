import type { Address } from '../../protocol/types.ts'
import { stakeVaultAbi } from '../abi/index.ts'
import type { TransactionResult, TransactionSender, WriteOptions } from '../transactions/transaction-sender.ts'

export interface CollectPayoutParameters extends WriteOptions {
  /** Vault or court: the contract that owes. */
  keeper: Address
  /** Whom it owes, and who is paid. */
  account: Address
}

/**
 * Has a contract pay everything that it owes to an account (bounties, bonds of the court). Sender: anyone.
 *
 * Errors: TRANSACTION_REVERTED with `NothingOwed`, and those of every write.
 */
export function collectPayout(sender: TransactionSender, parameters: CollectPayoutParameters): Promise<TransactionResult> {
  const { keeper, account, signal } = parameters
  return sender.write({
    doing: `collect what ${keeper} owes to ${account}`,
    to: keeper,
    // Vault and court share this part (`Payouts`).
    abi: stakeVaultAbi,
    functionName: 'collect',
    args: [account],
    signal,
  })
}
