import type { Address } from '../../protocol/types.ts'
import { stakeVaultAbi } from '../abi/index.ts'
import type { Chain } from '../connect-chain.ts'
import type { Contracts } from '../contracts.ts'
import { readContract } from './read-contract.ts'
import type { ReadOptions } from './read-contract.ts'

/** Who votes with an account's stake, and the votes the account itself has now (stake wei). Errors: CONTRACT_NOT_FOUND, RPC_UNREACHABLE. */
export async function readVotes(
  chain: Chain,
  { vault, owner, ...options }: ReadOptions & Pick<Contracts, 'vault'> & { owner: Address },
): Promise<{ votes: bigint; delegate: Address }> {
  const of = { ...options, address: vault, abi: stakeVaultAbi, args: [owner], doing: `read the votes of ${owner}` } as const
  const [votes, delegate] = await Promise.all([
    readContract(chain, { ...of, functionName: 'getVotes' }),
    readContract(chain, { ...of, functionName: 'delegates' }),
  ])
  return { votes, delegate }
}
