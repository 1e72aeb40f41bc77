import { stakeVaultAbi } from '../abi/index.ts'
import type { Chain } from '../connect-chain.ts'
import type { Contracts } from '../contracts.ts'
import type { Address, Hash } from '../../protocol/types.ts'
import { readContract } from './read-contract.ts'
import type { ReadOptions } from './read-contract.ts'

/** In the order of the contract's enum. An account keeps its role for life. */
export const ROLES = ['none', 'member', 'operator'] as const
export type AccountRole = (typeof ROLES)[number]
/** Slot of an account that was given none. */
export const NO_SLOT = 0xffff_ffff

export interface ReadAccountParameters extends ReadOptions {
  vault: Contracts['vault']
  owner: Address
}

/** A bond and its keys. Amounts in token wei. */
export interface StakeAccount {
  owner: Address
  role: AccountRole
  bonded: bigint
  /** On its way out: counts for nothing, is slashable until it leaves. */
  unbonding: bigint
  /** Stake of a member that counts now; 0 for operators. */
  eligible: bigint
  /** Whether it is an operator with keys and at least the minimum operator bond. */
  operatorEligible: boolean
  /** Unix second from which `unbonding` may be withdrawn; 0 when nothing is. */
  unlockAt: number
  /** Row in the ledger tree, `NO_SLOT` without one. */
  slot: number
  /** Zero before the first registration. */
  operatorKey: Address
  peerKey: Hash
}

/** The account of an owner; all zero for one that never bonded. Errors: CONTRACT_NOT_FOUND, RPC_UNREACHABLE, CANCELLED. */
export async function readAccount(chain: Chain, { vault, owner, ...options }: ReadAccountParameters): Promise<StakeAccount> {
  const common = { ...options, address: vault, abi: stakeVaultAbi, args: [owner], doing: `read the account of ${owner}` } as const
  const [view, operatorEligible] = await Promise.all([
    readContract(chain, { ...common, functionName: 'account' }),
    readContract(chain, { ...common, functionName: 'operatorEligible' }),
  ])
  return { owner, ...view, role: ROLES[view.role]!, operatorEligible }
}
