import { stakeVaultAbi } from '../abi/index.ts'
import type { Chain } from '../connect-chain.ts'
import type { Contracts } from '../contracts.ts'
import { readContract } from './read-contract.ts'
import type { ReadOptions } from './read-contract.ts'

/** How many accounts ever joined a task: each has a slot for the task's life. Errors: CONTRACT_NOT_FOUND, RPC_UNREACHABLE, CANCELLED. */
export async function readSlotCount(
  chain: Chain,
  { vault, task, ...options }: ReadOptions & { vault: Contracts['vault']; task: bigint },
): Promise<number> {
  const doing = `read how many accounts joined task ${task}`
  return readContract(chain, { ...options, doing, address: vault, abi: stakeVaultAbi, functionName: 'slotCount', args: [task] })
}
