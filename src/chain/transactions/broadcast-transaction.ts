import { BaseError } from 'viem'
import type { Chain } from '../connect-chain.ts'
import { isTransient, translateChainError } from '../translate-chain-error.ts'
import type { Hex } from '../../protocol/types.ts'

/**
 * The result of sending a transaction: the node `accepted` it (or already had it), its nonce is `used`, or the result
 * is `unknown`: the node did not answer, asked to come again later, or the connection was closed.
 */
export type Broadcast = 'accepted' | 'used' | 'unknown'

// Nodes name these two only in words. go-ethereum, reth, Erigon, Nethermind and anvil spell them so.
const KNOWN = /already known|already imported|known transaction|alreadyknown/i
const NONCE_USED = /nonce too low|nonce is too low|oldnonce|nonce has already been used/i

/**
 * Sends signed bytes.
 *
 * Errors: INSUFFICIENT_FUNDS, or RPC_UNREACHABLE with the node's words when it refused the transaction for good.
 */
export async function broadcastTransaction(
  chain: Pick<Chain, 'publicClient' | 'rpcUrl'>,
  raw: Hex,
  doing: string,
): Promise<Broadcast> {
  try {
    await chain.publicClient.sendRawTransaction({ serializedTransaction: raw })
    return 'accepted'
  } catch (error) {
    const words = error instanceof BaseError ? `${error.shortMessage} ${error.details}` : ''
    if (KNOWN.test(words)) return 'accepted'
    if (NONCE_USED.test(words)) return 'used'
    const translated = translateChainError(error, { doing, rpcUrl: chain.rpcUrl })
    // A node that stops closes its connection while the bytes may have left.
    if (isTransient(translated) || translated.code === 'CANCELLED') return 'unknown'
    throw translated
  }
}
