import { createPublicClient, defineChain } from 'viem'
import type { Chain as ChainDefinition, PublicClient, Transport } from 'viem'
import { QuorateError, systemClock } from '../core/index.ts'
import type { Clock, Logger } from '../core/index.ts'
import { abortable } from './abortable.ts'
import { displayUrl } from './display-url.ts'
import { httpWire } from './rpc/http-wire.ts'
import { queuedTransport } from './rpc/queued-transport.ts'
import { RpcQueue } from './rpc/rpc-queue.ts'
import { socketWire } from './rpc/socket-wire.ts'
import type { Wire } from './rpc/wire.ts'
import { translateChainError } from './translate-chain-error.ts'

/** One JSON-RPC request may take this long; it is then repeated. */
const REQUEST_TIMEOUT_MS = 10_000

export interface ConnectChainOptions {
  /** `http:`, `https:`, `ws:` or `wss:`. */
  rpcUrl: string
  /** The EIP-155 id that the node must answer with. */
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

/** A connection to the node of one chain, checked to be that chain. Every action of this folder takes one. */
export interface Chain extends AsyncDisposable {
  readonly rpcUrl: string
  readonly chainId: number
  readonly definition: ChainDefinition
  readonly publicClient: PublicClient<Transport, ChainDefinition>
  readonly pollingIntervalMs: number
  readonly logger: Logger
  /** Waits between repetitions. */
  readonly clock: Pick<Clock, 'sleep'>
  /** Gives [0, 1). */
  readonly random: () => number
  /** Ends what waits for an answer, and the socket of a `ws:` connection. */
  close(): Promise<void>
}

/**
 * Connects to a JSON-RPC node and checks that it serves the expected chain. The connection adapts to the node's limits of rate and
 * batch size (`rpc/rpc-queue.ts`).
 *
 * Errors: CONFIG_INVALID for a URL that is none, RPC_UNREACHABLE, CHAIN_ID_MISMATCH, CANCELLED.
 *
 * @example
 * const chain = await connectChain({ rpcUrl: 'http://127.0.0.1:8545', chainId: 31337, logger: silentLogger })
 * await chain.publicClient.getBlockNumber()
 */
export async function connectChain(options: ConnectChainOptions): Promise<Chain> {
  const { rpcUrl, chainId, logger, pollingIntervalMs = 500, signal, clock = systemClock, random = Math.random } = options
  const queue = new RpcQueue({ wire: wireOf(rpcUrl), logger, clock, random })
  const definition = defineChain({
    id: chainId,
    name: `chain ${chainId}`,
    nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
    rpcUrls: { default: { http: [rpcUrl] } },
  })
  // No caching of block numbers: the watcher and the clock do their own polling and must see every block.
  const publicClient = createPublicClient({
    chain: definition,
    transport: queuedTransport(queue),
    pollingInterval: pollingIntervalMs,
    cacheTime: 0,
  })
  const close = async () => queue.close()
  try {
    const found = await abortable(publicClient.getChainId(), signal)
    if (found !== chainId) {
      throw new QuorateError('CHAIN_ID_MISMATCH', `${displayUrl(rpcUrl)} serves chain ${found}, not ${chainId}`, {
        details: { expected: chainId, found, rpcUrl: displayUrl(rpcUrl) },
      })
    }
  } catch (error) {
    await close()
    throw translateChainError(error, { doing: 'connect to the chain', rpcUrl })
  }
  logger.debug({ rpcUrl: displayUrl(rpcUrl), chainId }, 'connected to the chain')
  const parts = { rpcUrl, chainId, definition, publicClient, pollingIntervalMs, logger, clock, random }
  return { ...parts, close, [Symbol.asyncDispose]: close }
}

function wireOf(rpcUrl: string): Wire {
  const protocol = URL.parse(rpcUrl)?.protocol
  const options = { timeoutMs: REQUEST_TIMEOUT_MS }
  if (protocol === 'http:' || protocol === 'https:') return httpWire(rpcUrl, options)
  if (protocol === 'ws:' || protocol === 'wss:') return socketWire(rpcUrl, options)
  throw new QuorateError('CONFIG_INVALID', 'the RPC URL must begin with http://, https://, ws:// or wss://', {
    details: { field: 'rpcUrl' },
  })
}
