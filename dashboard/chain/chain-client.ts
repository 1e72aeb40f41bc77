import { createPublicClient, custom, defineChain, http } from 'viem'
import type { Chain, EIP1193Provider, PublicClient, Transport } from 'viem'

/** Reads of one chain, through a wallet or from an RPC URL. */
export type ChainClient = PublicClient<Transport, Chain>

export function chainOf(chainId: number, rpcUrls: readonly string[] = []): Chain {
  return defineChain({
    id: chainId,
    name: `chain ${chainId}`,
    nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
    rpcUrls: { default: { http: [...rpcUrls] } },
  })
}

export function clientOfWallet(provider: EIP1193Provider, chainId: number): ChainClient {
  return createPublicClient({ chain: chainOf(chainId), transport: custom(provider), pollingInterval: 1000 })
}

export function clientOfUrl(url: string, chainId: number): ChainClient {
  return createPublicClient({ chain: chainOf(chainId), transport: http(url, { retryCount: 1, timeout: 10_000 }) })
}
