import { erc20Abi } from 'viem'
import type { Chain } from '../connect-chain.ts'
import type { Address } from '../../protocol/types.ts'
import { readContract } from './read-contract.ts'
import type { ReadOptions } from './read-contract.ts'

export interface ReadTokenBalanceParameters extends ReadOptions {
  token: Address
  owner: Address
}

/** Token wei. Errors: CONTRACT_NOT_FOUND, RPC_UNREACHABLE, CANCELLED. */
export async function readTokenBalance(chain: Chain, { token, owner, ...options }: ReadTokenBalanceParameters): Promise<bigint> {
  const doing = `read the token balance of ${owner}`
  return readContract(chain, {
    ...options,
    address: token,
    abi: erc20Abi,
    functionName: 'balanceOf',
    args: [owner] as const,
    doing,
  })
}
