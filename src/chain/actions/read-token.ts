import { erc20Abi, hexToString } from 'viem'
import { isQuorateError, QuorateError } from '../../core/index.ts'
import type { TokenUnit } from '../../core/index.ts'
import type { Chain } from '../connect-chain.ts'
import type { Address } from '../../protocol/types.ts'
import { readContract } from './read-contract.ts'
import type { ReadOptions } from './read-contract.ts'

export interface ReadTokenParameters extends ReadOptions {
  token: Address
}

/** A million whole tokens of the most decimals are below 2^102, which is all that a vault allocates. */
const MAX_DECIMALS = 24
/** Names of old tokens are 32 bytes and not a string. */
const bytes32SymbolAbi = [
  { type: 'function', name: 'symbol', inputs: [], outputs: [{ type: 'bytes32' }], stateMutability: 'view' },
] as const

/**
 * Decimals and symbol of a token. ERC-20 makes both optional: a token that does not say has no decimals and no symbol.
 *
 * Errors: TOKEN_UNSUPPORTED for more than 24 decimals, CONTRACT_NOT_FOUND, RPC_UNREACHABLE, CANCELLED.
 *
 * @example
 * const unit = await readToken(chain, { token })
 * formatTokens(stake, unit) // '12.5 USDC'
 */
export async function readToken(chain: Chain, { token, ...options }: ReadTokenParameters): Promise<TokenUnit> {
  const ofToken = { ...options, address: token, doing: `read the unit of token ${token}`, args: [] } as const
  // The balance of anyone: an address without a token is an error, not a token without decimals.
  await readContract(chain, { ...ofToken, abi: erc20Abi, functionName: 'balanceOf', args: [token] })
  const [decimals, symbol] = await Promise.all([
    orElse(0, readContract(chain, { ...ofToken, abi: erc20Abi, functionName: 'decimals' })),
    orElse('', readContract(chain, { ...ofToken, abi: erc20Abi, functionName: 'symbol' })).then(async (text) =>
      text !== ''
        ? text
        : orElse(
            '',
            readContract(chain, { ...ofToken, abi: bytes32SymbolAbi, functionName: 'symbol' }).then((bytes) =>
              hexToString(bytes, { size: 32 }),
            ),
          ),
    ),
  ])
  if (decimals > MAX_DECIMALS) {
    throw new QuorateError('TOKEN_UNSUPPORTED', `token ${token} has ${decimals} decimals, more than ${MAX_DECIMALS}`, {
      details: { token, decimals },
    })
  }
  // A symbol is anybody's text: it must not be able to write over a terminal.
  return { decimals, symbol: /^[\x21-\x7e]{1,16}$/.test(symbol) ? symbol : '' }
}

/** The value of a read, or another one if the contract has no such function. */
async function orElse<T>(other: T, read: Promise<T>): Promise<T> {
  try {
    return await read
  } catch (error) {
    const missing = ['TRANSACTION_REVERTED', 'CONTRACT_NOT_FOUND', 'INTERNAL'] as const
    if (missing.some((code) => isQuorateError(error, code))) return other
    throw error
  }
}
