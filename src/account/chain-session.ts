import { connectChain, findContracts, TransactionSender } from '../chain/index.ts'
import type { Chain, Contracts, MinedTransaction, RpcUrl } from '../chain/index.ts'
import type { Logger } from '../core/index.ts'
import type { Address } from '../protocol/index.ts'
import { accountOf } from './account-key.ts'
import type { AccountKey } from './account-key.ts'

export interface ChainSession extends AsyncDisposable {
  chain: Chain
  contracts: Contracts
  sender: TransactionSender
  /** What the sender sent, in order, as it was mined. */
  mined: readonly MinedTransaction[]
}

/**
 * What a one-shot command needs of the chain: a connection, the contracts of a ledger and one account to send from.
 *
 * @throws QuorateError RPC_UNREACHABLE, CHAIN_ID_MISMATCH, CONTRACT_NOT_FOUND, KEY_INVALID
 * @example
 * await using session = await openChainSession({ rpcUrl, chainId, ledger, key, logger })
 */
export async function openChainSession(options: {
  rpcUrl: RpcUrl
  chainId: number
  ledger: Address
  key: AccountKey
  logger: Logger
  signal?: AbortSignal
}): Promise<ChainSession> {
  const { rpcUrl, chainId, ledger, key, logger, signal } = options
  const chain = await connectChain({ rpcUrl, chainId, logger, signal })
  try {
    const contracts = await findContracts(chain, { ledger, signal })
    const mined: MinedTransaction[] = []
    const onMined = (transaction: MinedTransaction): void => void mined.push(transaction)
    const sender = new TransactionSender({ chain, account: accountOf(key), logger, onMined })
    return { chain, contracts, sender, mined, [Symbol.asyncDispose]: async () => chain.close() }
  } catch (error) {
    await chain.close()
    throw error
  }
}
