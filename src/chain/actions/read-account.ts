import { stakeVaultAbi } from '../abi/index.ts'
import type { Chain } from '../connect-chain.ts'
import type { Contracts } from '../contracts.ts'
import type { Address, Hash } from '../../protocol/types.ts'
import { readContract } from './read-contract.ts'
import type { ReadOptions } from './read-contract.ts'

/** In the order of the contract's enum. An account keeps its role in a task for the task's life. */
export const ROLES = ['none', 'member', 'operator'] as const
export type AccountRole = (typeof ROLES)[number]
/** Slot of an account that has none in the task. */
export const NO_SLOT = 0xffff_ffff

export interface ReadAccountParameters extends ReadOptions {
  vault: Contracts['vault']
  task: bigint
  owner: Address
}

/** A bond, its keys, and its part in one task. Amounts in token wei. */
export interface StakeAccount {
  owner: Address
  /** Everything that the vault holds for the account. */
  bonded: bigint
  /** The part of it that is at risk in no task. */
  free: bigint
  /** Zero before the first registration. */
  operatorKey: Address
  peerKey: Hash
  /** In the task; `none` before the first allocation. */
  role: AccountRole
  /** What the task's judge can take from, leaving or not. */
  allocated: bigint
  /** Stake of a member that counts in the task now; 0 for operators. */
  eligible: bigint
  /** Whether it is an operator of the task with at least the minimum allocation. */
  operatorEligible: boolean
  /** Unix second from which a leaving allocation is free; 0 while the account has not left. */
  freeAt: number
  /** Row in the task's ledger tree, `NO_SLOT` without one. */
  slot: number
}

/** The account of an owner, as one task sees it. It is all zero if nothing was bonded. Errors: CONTRACT_NOT_FOUND, RPC_UNREACHABLE, CANCELLED. */
export async function readAccount(
  chain: Chain,
  { vault, task, owner, ...options }: ReadAccountParameters,
): Promise<StakeAccount> {
  const common = { ...options, address: vault, abi: stakeVaultAbi, doing: `read the account of ${owner}` } as const
  const inTask = { ...common, args: [task, owner] } as const
  const [account, allocation, operatorEligible] = await Promise.all([
    readContract(chain, { ...common, functionName: 'account', args: [owner] }),
    readContract(chain, { ...inTask, functionName: 'allocation' }),
    readContract(chain, { ...inTask, functionName: 'operatorEligible' }),
  ])
  const { bonded, allocated, operatorKey, peerKey } = account
  const { amount, eligible, freeAt, slot, role } = allocation
  return {
    owner,
    bonded,
    free: bonded - allocated,
    operatorKey,
    peerKey,
    role: ROLES[role]!,
    allocated: amount,
    eligible,
    operatorEligible,
    freeAt,
    slot,
  }
}
