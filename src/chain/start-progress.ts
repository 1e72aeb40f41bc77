import { formatEther } from 'viem'
import type { StakeAccount } from './actions/read-account.ts'
import type { Task } from './actions/read-task.ts'

/** The conditions of a task before round 1, and their current state. Stakes in token wei. */
export interface StartProgress {
  members: number
  minMembers: number
  stake: bigint
  minStake: bigint
  enough: boolean
}

/** Counts the members whose stake counts now. The ledger counts them a second later. */
export function startProgress(
  accounts: readonly Pick<StakeAccount, 'eligible'>[],
  { minMembers, minStake }: Pick<Task, 'minMembers' | 'minStake'>,
): StartProgress {
  const counted = accounts.filter(({ eligible }) => eligible > 0n)
  const stake = counted.reduce((sum, { eligible }) => sum + eligible, 0n)
  const members = counted.length
  return { members, minMembers, stake, minStake, enough: members >= minMembers && stake >= minStake }
}

/** One line with the missing condition. */
export function describeStart({ members, minMembers, stake, minStake, enough }: StartProgress): string {
  if (enough) return 'enough members have joined: waiting for the transaction that starts the task'
  if (members < minMembers) return `waiting for members: ${members} of ${minMembers} joined`
  return `waiting for stake: ${formatEther(stake)} of ${formatEther(minStake)} tokens joined`
}
