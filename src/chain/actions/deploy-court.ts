import type { Address } from '../../protocol/types.ts'
import { dataCourtAbi, dataCourtBytecode } from '../abi/index.ts'
import type { Contracts } from '../contracts.ts'
import type { TransactionResult, TransactionSender, WriteOptions } from '../transactions/transaction-sender.ts'

export interface DeployCourtParameters extends WriteOptions {
  ledger: Contracts['ledger']
  /** Token wei that a unit of a request puts at stake: what 200,000 gas cost, or more. */
  unitBond: bigint
  /** Shortest answer window of a task, seconds; default what the whole committee's requests need (`FULL_COURT_WINDOW`). Less only on a development chain. */
  minWindow?: number
}

/** `DataCourt.FULL_WINDOW`, seconds. */
export const FULL_COURT_WINDOW = 1310

/** Deploys a DataCourt for a ledger; a judge deployed with its address listens to it. Errors: those of every write. */
export async function deployCourt(
  sender: TransactionSender,
  { ledger, unitBond, minWindow = FULL_COURT_WINDOW, signal }: DeployCourtParameters,
): Promise<TransactionResult & { court: Address }> {
  const result = await sender.deploy({
    doing: 'deploy DataCourt',
    abi: dataCourtAbi,
    bytecode: dataCourtBytecode,
    args: [ledger, unitBond, BigInt(minWindow)],
    signal,
  })
  return { ...result, court: result.contractAddress }
}
