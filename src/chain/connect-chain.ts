import { createPublicClient, defineChain, http } from 'viem'
import type { Chain as ChainDefinition, PublicClient, Transport } from 'viem'
import { QuorateError } from '../core/index.ts'
import type { Logger } from '../core/index.ts'
import { abortable } from './abortable.ts'
import { displayUrl } from './display-url.ts'
import { socketTransport } from './socket-transport.ts'
import { translateChainError } from './translate-chain-error.ts'

/** One JSON-RPC request may take this long; viem then retries it twice. */
const REQUEST_TIMEOUT_MS = 10_000
const RETRIES = 2
/** Requests of one turn of the event loop travel as one JSON-RPC batch of at most this many. */
const BATCH_SIZE = 100

export interface ConnectChainOptions {
  /** `http:`, `https:`, `ws:` or `wss:`. */
  rpcUrl: string
  /** The EIP-155 id that the node must answer with. */
  chainId: number
  logger: Logger
  /** How often receipts are asked for, in ms. Default 500. */
  pollingIntervalMs?: number
  signal?: AbortSignal
}

/** A connection to the node of one chain, checked to be that chain. Every action of this folder takes one. */
export interface Chain extends AsyncDisposable {
  readonly rpcUrl: string
  readonly chainId: number
  readonly definition: ChainDefinition
  readonly publicClient: PublicClient<Transport, ChainDefinition>
  readonly pollingIntervalMs: number
  readonly logger: Logger
  /** Closes the socket of a `ws:` connection; an `http:` one holds nothing. */
  close(): Promise<void>
}

/**
 * Connects to a JSON-RPC node and checks that it serves the expected chain.
 *
 * Errors: CONFIG_INVALID for a URL that is none, RPC_UNREACHABLE, CHAIN_ID_MISMATCH, CANCELLED.
 *
 * @example
 * const chain = await connectChain({ rpcUrl: 'http://127.0.0.1:8545', chainId: 31337, logger: silentLogger })
 * await chain.publicClient.getBlockNumber()
 */
export async function connectChain(options: ConnectChainOptions): Promise<Chain> {
  const { rpcUrl, chainId, logger, pollingIntervalMs = 500, signal } = options
  const definition = defineChain({
    id: chainId,
    name: `chain ${chainId}`,
    nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
    rpcUrls: { default: { http: [rpcUrl] } },
  })
  // No caching of block numbers: the watcher and the clock do their own polling and must see every block.
  const publicClient = createPublicClient({
    chain: definition,
    transport: transportOf(rpcUrl),
    pollingInterval: pollingIntervalMs,
    cacheTime: 0,
  })
  const close = async () => (publicClient.transport as { close?: () => void }).close?.()
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
  return { rpcUrl, chainId, definition, publicClient, pollingIntervalMs, logger, close, [Symbol.asyncDispose]: close }
}

function transportOf(rpcUrl: string): Transport {
  const protocol = URL.parse(rpcUrl)?.protocol
  const options = { timeout: REQUEST_TIMEOUT_MS, retryCount: RETRIES }
  if (protocol === 'http:' || protocol === 'https:')
    return http(rpcUrl, { ...options, batch: { batchSize: BATCH_SIZE, wait: 0 } })
  if (protocol === 'ws:' || protocol === 'wss:') return socketTransport(rpcUrl, options)
  throw new QuorateError('CONFIG_INVALID', 'the RPC URL must begin with http://, https://, ws:// or wss://', {
    details: { field: 'rpcUrl' },
  })
}
