import type { Address } from '../../protocol/types.ts'
import { stakeVaultAbi } from '../abi/index.ts'
import type { Chain } from '../connect-chain.ts'
import { readContract } from './read-contract.ts'
import type { ReadOptions } from './read-contract.ts'

export interface ReadOwedParameters extends ReadOptions {
  /** Vault or court: the contract that owes. */
  keeper: Address
  account: Address
}

/** What vault or court owes to an account until it is collected, token wei. Errors: CONTRACT_NOT_FOUND, RPC_UNREACHABLE, CANCELLED. */
export async function readOwed(chain: Chain, { keeper, account, ...options }: ReadOwedParameters): Promise<bigint> {
  return readContract(chain, {
    ...options,
    address: keeper,
    abi: stakeVaultAbi,
    doing: `read what ${keeper} owes to ${account}`,
    functionName: 'owed',
    args: [account] as const,
  })
}
