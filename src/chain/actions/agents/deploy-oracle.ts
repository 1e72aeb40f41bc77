import type { Address } from '../../../protocol/types.ts'
import { scoreOracleAbi, scoreOracleBytecode } from '../../abi/index.ts'
import type { TransactionResult, TransactionSender, WriteOptions } from '../../transactions/transaction-sender.ts'

/** Deploys a `ScoreOracle`. It is immutable; its owner, such as the timelock, sets the feeds. Errors: those of every write. */
export async function deployOracle(
  sender: TransactionSender,
  { owner, signal }: WriteOptions & { owner: Address },
): Promise<TransactionResult & { oracle: Address }> {
  const result = await sender.deploy({
    doing: 'deploy ScoreOracle',
    abi: scoreOracleAbi,
    bytecode: scoreOracleBytecode,
    args: [owner],
    signal,
  })
  return { ...result, oracle: result.contractAddress }
}
