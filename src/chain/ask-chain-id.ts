import { silentLogger, systemClock } from '../core/index.ts'
import type { RpcUrl } from './display-url.ts'
import { RpcQueue } from './rpc/rpc-queue.ts'
import { wireOf } from './rpc/wire-of.ts'
import { translateChainError } from './translate-chain-error.ts'

/**
 * The EIP-155 id of the chain that a node serves; of several, of the first that answers. `connectChain` checks the others against it.
 *
 * @throws QuorateError RPC_UNREACHABLE, CANCELLED, CONFIG_INVALID for a URL that is none
 */
export async function askChainId(rpcUrl: RpcUrl, signal?: AbortSignal): Promise<number> {
  const urls = typeof rpcUrl === 'string' ? [rpcUrl] : rpcUrl
  const parts = { logger: silentLogger, clock: systemClock, random: Math.random }
  const queues = urls.map((url) => new RpcQueue({ wire: wireOf(url), ...parts }))
  try {
    return Number(await Promise.any(queues.map(async (queue) => queue.request({ method: 'eth_chainId', params: [] }, signal))))
  } catch (error) {
    throw translateChainError((error as AggregateError).errors[0], { doing: 'ask for the chain id', rpcUrl })
  } finally {
    for (const queue of queues) queue.close()
  }
}
