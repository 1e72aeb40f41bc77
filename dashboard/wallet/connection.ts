import { createWalletClient, custom, SwitchChainError } from 'viem'
import type { Address, Chain, WalletClient, Transport, Account } from 'viem'
import type { TaskAnswer } from '../../src/api/schemas.ts'
import { chainOf, clientOfWallet } from '../chain/chain-client.ts'
import type { ChainClient } from '../chain/chain-client.ts'
import type { Wallet } from '../chain/wallets.ts'

/** A wallet that lets the page ask: its account, reads, and the client that asks it to sign. */
export interface Connected {
  wallet: Wallet
  owner: Address
  reads: ChainClient
  signer: WalletClient<Transport, Chain, Account>
}

/**
 * Asks the wallet for an account and for the chain of the task.
 *
 * @throws errors of viem when the owner refuses, or the wallet does not know the chain
 */
export async function connectWallet(wallet: Wallet, { chainId, rpcUrls }: TaskAnswer): Promise<Connected> {
  const chain = chainOf(chainId, rpcUrls)
  const transport = custom(wallet.provider)
  const asking = createWalletClient({ chain, transport })
  const [owner] = await asking.requestAddresses()
  if (owner === undefined) throw new Error('the wallet showed no account')
  if ((await asking.getChainId()) !== chainId) await switchChain(asking, chain)
  return {
    wallet,
    owner,
    reads: clientOfWallet(wallet.provider, chainId),
    signer: createWalletClient({ account: owner, chain, transport }),
  }
}

async function switchChain(asking: WalletClient<Transport, Chain>, chain: Chain): Promise<void> {
  try {
    await asking.switchChain({ id: chain.id })
  } catch (error) {
    // A wallet that does not know the chain can learn it where the node names an RPC URL.
    if (!(error instanceof SwitchChainError) || chain.rpcUrls.default.http.length === 0) throw error
    await asking.addChain({ chain })
  }
}
