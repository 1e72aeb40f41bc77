import { rewardDistributorAbi } from '../abi/index.ts'
import type { Chain } from '../connect-chain.ts'
import type { Contracts } from '../contracts.ts'
import type { Address } from '../../protocol/types.ts'
import { readContract } from './read-contract.ts'
import type { ReadOptions } from './read-contract.ts'

export interface ReadClaimedParameters extends ReadOptions {
  distributor: Contracts['distributor']
  task: bigint
  /** Whose payments; everybody's if absent. */
  member?: Address
}

/** What was paid out for a task so far, token wei: to one member, or to all. Errors: CONTRACT_NOT_FOUND, RPC_UNREACHABLE, CANCELLED. */
export async function readClaimed(chain: Chain, parameters: ReadClaimedParameters): Promise<bigint> {
  const { distributor, task, member, ...options } = parameters
  const common = {
    ...options,
    address: distributor,
    abi: rewardDistributorAbi,
    doing: `read the rewards paid for task ${task}`,
  } as const
  return member === undefined
    ? readContract(chain, { ...common, functionName: 'totalClaimed', args: [task] as const })
    : readContract(chain, { ...common, functionName: 'claimed', args: [task, member] as const })
}
