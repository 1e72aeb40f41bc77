import { stakeVaultAbi } from '../abi/index.ts'
import type { Chain } from '../connect-chain.ts'
import type { Contracts } from '../contracts.ts'
import { readContract } from './read-contract.ts'
import type { ReadOptions } from './read-contract.ts'

export interface ReadVaultParameters extends ReadOptions {
  vault: Contracts['vault']
}

/** Governed values and totals. Amounts in token wei. */
export interface VaultState {
  minBond: bigint
  minOperatorBond: bigint
  /** Seconds. */
  unbondingDelay: number
  /** Burned when a member joins a task for the first time. */
  joiningFee: bigint
  totalBonded: bigint
  /** The part of it that is at risk in tasks, or still leaving one. */
  totalAllocated: bigint
}

/** The vault's parameters and its total debt. Errors: CONTRACT_NOT_FOUND, RPC_UNREACHABLE, CANCELLED. */
export async function readVault(chain: Chain, { vault, ...options }: ReadVaultParameters): Promise<VaultState> {
  const common = { ...options, address: vault, abi: stakeVaultAbi, args: [], doing: `read the vault ${vault}` } as const
  const [minBond, minOperatorBond, unbondingDelay, joiningFee, [totalBonded, totalAllocated]] = await Promise.all([
    readContract(chain, { ...common, functionName: 'minBond' }),
    readContract(chain, { ...common, functionName: 'minOperatorBond' }),
    readContract(chain, { ...common, functionName: 'unbondingDelay' }),
    readContract(chain, { ...common, functionName: 'joiningFee' }),
    readContract(chain, { ...common, functionName: 'totals' }),
  ])
  return { minBond, minOperatorBond, unbondingDelay, joiningFee, totalBonded, totalAllocated }
}
