import type { Hex } from '../../protocol/types.ts'
import { roundLedgerAbi } from '../abi/index.ts'
import type { Contracts } from '../contracts.ts'
import type { TransactionResult, TransactionSender, WriteOptions } from '../transactions/transaction-sender.ts'

export interface StoreSeedParameters extends WriteOptions {
  ledger: Contracts['ledger']
  task: bigint
  round: bigint
  /** Of `readSeedHeader`. */
  header: Hex
}

/**
 * Draws the committee of the open round of a drawn task. Anyone may send it, once a round; the header decides, not the sender.
 *
 * Errors: TRANSACTION_REVERTED with `SeedKnown` (somebody was faster), `WrongHeader` (the chain was reorganised), `BlockForgotten` (the
 * round can only be ended), `NoOpenRound` or `NothingDrawn`, and those of every write.
 *
 * @example
 * await storeSeed(sender, { ledger, task, round, header: await readSeedHeader(chain, current) })
 */
export async function storeSeed(
  sender: TransactionSender,
  { ledger, task, round, header, signal }: StoreSeedParameters,
): Promise<TransactionResult> {
  const doing = `store the seed of round ${round} of task ${task}`
  return sender.write({ doing, to: ledger, abi: roundLedgerAbi, functionName: 'storeSeed', args: [task, header], signal })
}
