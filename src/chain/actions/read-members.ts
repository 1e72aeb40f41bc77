import { stakeVaultAbi } from '../abi/index.ts'
import type { Chain } from '../connect-chain.ts'
import type { Contracts } from '../contracts.ts'
import type { Hash, SnapshotMember } from '../../protocol/types.ts'
import { readContract } from './read-contract.ts'
import type { ReadOptions } from './read-contract.ts'

/** Slots asked for in one call: a page of answers stays small on any node's gas cap for calls (a member costs about 15k gas). */
const PAGE = 256

export interface ReadMembersParameters extends ReadOptions {
  vault: Contracts['vault']
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
 * Every member whose stake counted at a timepoint, in a few calls and one JSON-RPC batch.
 *
 * Errors: TRANSACTION_REVERTED with `details.error` `FutureLookup` for a timepoint that has not passed, RPC_UNREACHABLE, CANCELLED.
 *
 * @example
 * const { members, totalStake } = await readMembers(chain, { vault, timepoint: plan.openedAt - 1 })
 */
export async function readMembers(chain: Chain, { vault, timepoint, ...options }: ReadMembersParameters): Promise<StakeSnapshot> {
  const common = { ...options, address: vault, abi: stakeVaultAbi, doing: `read the members at ${timepoint}` } as const
  const at = BigInt(timepoint)
  const page = (from: number) =>
    readContract(chain, { ...common, functionName: 'snapshot', args: [at, from, from + PAGE] as const })
  const [slots, totalStake, first] = await Promise.all([
    readContract(chain, { ...common, functionName: 'slotCount', args: [] }),
    readContract(chain, { ...common, functionName: 'totalStakeAt', args: [at] }),
    page(0),
  ])
  const rest: Promise<typeof first>[] = []
  for (let from = PAGE; from < slots; from += PAGE) rest.push(page(from))
  return { timepoint, members: [first, ...(await Promise.all(rest))].flat(), totalStake }
}
