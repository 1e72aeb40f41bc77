import type { Address } from '../../protocol/types.ts'
import { guardianAbi } from '../abi/index.ts'
import type { TransactionResult, TransactionSender, WriteOptions } from '../transactions/transaction-sender.ts'

export interface PauseContractsParameters extends WriteOptions {
  /** As `readPause` tells. */
  guardian: Address
  /** Length of the pause in seconds, at most the ledger's `MAX_PAUSE`. */
  seconds: number
}

/**
 * Stops ledger, vault and rewards for a limited time that counts towards no deadline. Sender: the guardian's holder.
 *
 * Errors: PAUSED when they are already paused, TRANSACTION_REVERTED with `NotHolder`, `PauseOutOfBounds` or
 * `CoolingDown` (the earliest time in `details.args`), and those of every write.
 */
export async function pauseContracts(
  sender: TransactionSender,
  { guardian, seconds, signal }: PauseContractsParameters,
): Promise<TransactionResult> {
  return sender.write({
    doing: `pause the contracts for ${seconds} seconds`,
    to: guardian,
    abi: guardianAbi,
    functionName: 'pause',
    args: [seconds],
    signal,
  })
}
