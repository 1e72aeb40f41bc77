import { askChainId, connectChain, findContracts } from '../src/chain/index.ts'
import type { Chain, Contracts } from '../src/chain/index.ts'
import { silentLogger } from '../src/core/index.ts'
import type { Address } from '../src/protocol/index.ts'

/** Connects for reading; without a chain id it accepts the chain of the nodes. */
export async function connectTo(options: {
  rpc: readonly string[]
  chainId?: number
  ledger: Address
  task?: bigint
  signal?: AbortSignal
}): Promise<{ chain: Chain; contracts: Contracts }> {
  const { signal } = options
  const chainId = options.chainId ?? (await askChainId(options.rpc, signal))
  const chain = await connectChain({ rpcUrl: options.rpc, chainId, logger: silentLogger, signal })
  try {
    return { chain, contracts: await findContracts(chain, { ledger: options.ledger, task: options.task, signal }) }
  } catch (error) {
    await chain.close()
    throw error
  }
}
