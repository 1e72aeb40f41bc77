import type { Address } from '../../../protocol/types.ts'
import { dataGrantsAbi, dataGrantsBytecode } from '../../abi/index.ts'
import type { TransactionResult, TransactionSender, WriteOptions } from '../../transactions/transaction-sender.ts'

export interface DeployGrantsParameters extends WriteOptions {
  registry: Address
  /** The token of the deployment. */
  token: Address
  /** Seconds after the end of a grant in which its last rounds are charged. */
  settlement: number
}

/** Deploys a `DataGrants` for the tasks of a registry's ledger. It is immutable and has no owner. Errors: those of every write. */
export async function deployGrants(
  sender: TransactionSender,
  { registry, token, settlement, signal }: DeployGrantsParameters,
): Promise<TransactionResult & { grants: Address }> {
  const result = await sender.deploy({
    doing: 'deploy DataGrants',
    abi: dataGrantsAbi,
    bytecode: dataGrantsBytecode,
    args: [registry, token, settlement],
    signal,
  })
  return { ...result, grants: result.contractAddress }
}
