import { stakeVaultAbi } from '../abi/index.ts'
import type { Chain } from '../connect-chain.ts'
import type { Contracts } from '../contracts.ts'
import { ROLES } from './read-account.ts'
import { readContract } from './read-contract.ts'
import type { ReadOptions } from './read-contract.ts'

export interface ReadMinimumParameters extends ReadOptions {
  vault: Contracts['vault']
  task: bigint
  role: 'member' | 'operator'
}

/**
 * The least that an account in a role allocates to a task, token wei. Of an operator it is the task's penalty of a false claim, if that
 * is more than the vault's minimum of operators.
 *
 * Errors: CONTRACT_NOT_FOUND, RPC_UNREACHABLE, CANCELLED.
 *
 * @example
 * const least = await readMinimum(chain, { vault, task: 1n, role: 'operator' })
 */
export function readMinimum(chain: Chain, { vault, task, role, ...options }: ReadMinimumParameters): Promise<bigint> {
  const doing = `read the minimum of task ${task}`
  const args = [task, ROLES.indexOf(role)] as const
  return readContract(chain, { ...options, doing, address: vault, abi: stakeVaultAbi, functionName: 'minimumOf', args })
}
