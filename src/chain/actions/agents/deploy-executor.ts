import type { Address } from '../../../protocol/types.ts'
import { guardedExecutorAbi, guardedExecutorBytecode } from '../../abi/index.ts'
import type { TransactionResult, TransactionSender, WriteOptions } from '../../transactions/transaction-sender.ts'

/** Deploys a `GuardedExecutor` that reads scores of an oracle. It is immutable; its owner sets the limits. Errors: those of every write. */
export async function deployExecutor(
  sender: TransactionSender,
  { owner, oracle, signal }: WriteOptions & { owner: Address; oracle: Address },
): Promise<TransactionResult & { executor: Address }> {
  const result = await sender.deploy({
    doing: 'deploy GuardedExecutor',
    abi: guardedExecutorAbi,
    bytecode: guardedExecutorBytecode,
    args: [owner, oracle],
    signal,
  })
  return { ...result, executor: result.contractAddress }
}
