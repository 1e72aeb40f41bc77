import { membershipLensAbi, membershipLensBytecode, stakeVaultAbi } from '../abi/index.ts'
import type { Chain } from '../connect-chain.ts'
import type { Contracts } from '../contracts.ts'
import type { Hash, SnapshotMember } from '../../protocol/types.ts'
import { readContract } from './read-contract.ts'
import type { ReadOptions } from './read-contract.ts'

/**
 * Slots asked for in one call. The answer of a contract that is not deployed may have no more than 24,576 bytes (EIP-170), and a member
 * takes 160. A page also stays small on any node's gas cap for calls: a member costs about 30k gas.
 */
const PAGE = 128

export interface ReadMembersParameters extends ReadOptions {
  vault: Contracts['vault']
  task: bigint
  /** Unix second that has passed; a round's is `CurrentRound.snapshot`. */
  timepoint: number
}

/** A member of the snapshot. `operatorKey` is the key valid at the timepoint, `peerKey` the current one. */
export interface ChainMember extends SnapshotMember {
  peerKey: Hash
}

export interface StakeSnapshot {
  timepoint: number
  /** In slot order. */
  members: readonly ChainMember[]
  /** Sum of their stake, token wei. */
  totalStake: bigint
}

/**
 * Every member whose stake counted in a task at a timepoint, in a few calls and two JSON-RPC batches.
 *
 * Errors: TRANSACTION_REVERTED with `details.error` `FutureLookup` for a timepoint that has not passed, RPC_UNREACHABLE, CANCELLED.
 *
 * @example
 * const { members, totalStake } = await readMembers(chain, { vault, task, timepoint: plan.snapshot })
 */
export async function readMembers(
  chain: Chain,
  { vault, task, timepoint, ...options }: ReadMembersParameters,
): Promise<StakeSnapshot> {
  const common = { ...options, address: vault, doing: `read the members at ${timepoint}` } as const
  const at = BigInt(timepoint)
  const ofVault = { ...common, abi: stakeVaultAbi } as const
  const [slots, totalStake] = await Promise.all([
    readContract(chain, { ...ofVault, functionName: 'slotCount', args: [task] }),
    readContract(chain, { ...ofVault, functionName: 'totalStakeAt', args: [task, at] }),
  ])
  const lens = { ...common, code: membershipLensBytecode, abi: membershipLensAbi, functionName: 'snapshot' } as const
  const pages = Array.from({ length: Math.ceil(slots / PAGE) }, async (_, page) =>
    readContract(chain, { ...lens, args: [vault, task, at, page * PAGE, (page + 1) * PAGE] }),
  )
  return { timepoint, members: (await Promise.all(pages)).flat(), totalStake }
}
