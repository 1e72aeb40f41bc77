import { roundMembers } from '../../protocol/committee.ts'
import type { Hash } from '../../protocol/types.ts'
import type { Chain } from '../connect-chain.ts'
import type { Contracts } from '../contracts.ts'
import type { ReadOptions } from './read-contract.ts'
import { readMembers } from './read-members.ts'
import type { ChainMember, StakeSnapshot } from './read-members.ts'

/** A round as `readCurrentRound` and `readRound` describe it. */
export interface ReadCommitteeParameters extends ReadOptions {
  vault: Contracts['vault']
  task: bigint
  round: bigint
  /** Timepoint of the members' stake. */
  snapshot: number
  /** Expected members of a drawn round; 0: every member of the snapshot belongs to it. */
  committee: number
  /** Zero while it is not stored: then nobody is drawn yet. */
  seed: Hash
}

/** The members of a round, with what each counts. */
export interface RoundCommittee extends StakeSnapshot {
  /** Members of the snapshot, drawn or not: a list with a row of each of them may be sealed early. */
  memberCount: number
  /** Those members, with their stake. */
  candidates: readonly ChainMember[]
}

/**
 * Who belongs to a round: every member of the snapshot, or in a drawn task those who are drawn. Their `stake` is what they count, and
 * `totalStake` all stake at the snapshot. Errors: those of `readMembers`.
 *
 * @example
 * const { members } = await readCommittee(chain, { vault, ...(await readCurrentRound(chain, { ledger, task })) })
 */
export async function readCommittee(chain: Chain, parameters: ReadCommitteeParameters): Promise<RoundCommittee> {
  const { vault, task, round, snapshot: timepoint, committee, seed, blockNumber, blockHash, signal } = parameters
  const block = { blockNumber, blockHash, signal }
  const { members: candidates, totalStake } = await readMembers(chain, { vault, task, timepoint, ...block })
  const members = roundMembers({ task, round, committee, seed }, candidates)
  return { timepoint, totalStake, memberCount: candidates.length, candidates, members }
}
