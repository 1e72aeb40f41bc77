import { createPublicClient, defineChain } from 'viem'
import type { Chain as ChainDefinition, PublicClient, Transport } from 'viem'
import { systemClock } from '../core/index.ts'
import type { Clock, Logger } from '../core/index.ts'
import { displayUrl } from './display-url.ts'
import type { RpcUrl } from './display-url.ts'
import { openEndpoints } from './rpc/open-endpoints.ts'
import { queuedTransport } from './rpc/queued-transport.ts'
import { translateChainError } from './translate-chain-error.ts'

export interface ConnectChainOptions {
  /** `http:`, `https:`, `ws:` or `wss:`. Of several, what is read must be agreed by both of two, or by more than half. */
  rpcUrl: RpcUrl
  /** The EIP-155 id that each node must answer with. */
  chainId: number
  logger: Logger
  /** How often receipts are asked for, in ms. Default 500. */
  pollingIntervalMs?: number
  signal?: AbortSignal
  /** Waits between repetitions. Default the system's. */
  clock?: Pick<Clock, 'sleep'>
  /** Gives [0, 1): the jitter of those waits. Default `Math.random`. */
  random?: () => number
}

/** A connection to one chain over one or more RPC nodes, checked to be that chain. Every action of this folder takes one. */
export interface Chain extends AsyncDisposable {
  readonly rpcUrl: RpcUrl
  readonly chainId: number
  readonly definition: ChainDefinition
  readonly publicClient: PublicClient<Transport, ChainDefinition>
  readonly pollingIntervalMs: number
  readonly logger: Logger
  /** Waits between repetitions. */
  readonly clock: Pick<Clock, 'sleep'>
  /** Gives [0, 1). */
  readonly random: () => number
  /** Ends what waits for an answer, and the sockets; later calls end with CANCELLED. */
  close(): Promise<void>
}

/**
 * Connects to one or more JSON-RPC nodes and checks that each serves the expected chain. The connection adapts to each node's limits of
 * rate and batch size (`rpc/rpc-queue.ts`). Of several nodes one may lie or be away (`rpc/agreed-reads.ts`, `rpc/fail-over.ts`): the
 * state of the chain is read from enough that agree, and a transaction is sent to all.
 *
 * Errors: CONFIG_INVALID for a URL that is none, RPC_UNREACHABLE, CHAIN_ID_MISMATCH, CANCELLED. Later reads of several nodes throw
 * RPC_DISAGREEMENT, too.
 *
 * @example
 * const chain = await connectChain({ rpcUrl: 'http://127.0.0.1:8545', chainId: 31337, logger: silentLogger })
 * await chain.publicClient.getBlockNumber()
 */
export async function connectChain(options: ConnectChainOptions): Promise<Chain> {
  const { rpcUrl, chainId, logger, pollingIntervalMs = 500, signal, clock = systemClock, random = Math.random } = options
  const urls = typeof rpcUrl === 'string' ? [rpcUrl] : rpcUrl
  const way = await openEndpoints({ urls, chainId, logger, clock, random, signal }).catch((error: unknown) => {
    throw translateChainError(error, { doing: 'connect to the chain', rpcUrl })
  })
  const definition = defineChain({
    id: chainId,
    name: `chain ${chainId}`,
    nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
    rpcUrls: { default: { http: [...urls] } },
  })
  // No caching of block numbers: the watcher and the clock do their own polling and must see every block.
  const publicClient = createPublicClient({
    chain: definition,
    transport: queuedTransport(way),
    pollingInterval: pollingIntervalMs,
    cacheTime: 0,
  })
  const close = async () => way.close()
  logger.debug({ rpcUrl: displayUrl(rpcUrl), chainId }, 'connected to the chain')
  const parts = { rpcUrl, chainId, definition, publicClient, pollingIntervalMs, logger, clock, random }
  return { ...parts, close, [Symbol.asyncDispose]: close }
}
