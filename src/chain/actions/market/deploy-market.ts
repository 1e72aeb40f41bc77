import type { Address } from '../../../protocol/types.ts'
import { modelMarketAbi, modelMarketBytecode } from '../../abi/index.ts'
import type { TransactionResult, TransactionSender, WriteOptions } from '../../transactions/transaction-sender.ts'

export interface DeployMarketParameters extends WriteOptions {
  registry: Address
  /** The token of the deployment. */
  token: Address
}

/** Deploys a `ModelMarket` for the models of a registry. It is immutable, and governed by the owner of the registry's ledger. Errors: those of every write. */
export async function deployMarket(
  sender: TransactionSender,
  { registry, token, signal }: DeployMarketParameters,
): Promise<TransactionResult & { market: Address }> {
  const result = await sender.deploy({
    doing: 'deploy ModelMarket',
    abi: modelMarketAbi,
    bytecode: modelMarketBytecode,
    args: [registry, token],
    signal,
  })
  return { ...result, market: result.contractAddress }
}
