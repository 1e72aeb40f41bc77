import { formatAmount, formatTokens } from '../core/index.ts'
import type { TokenUnit } from '../core/index.ts'
import type { StakeAccount } from './actions/read-account.ts'
import type { Task } from './actions/read-task.ts'

/** The conditions of a task before a round opens, and their current state. Stakes in token wei. */
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
  { minMembers: asked, minStake }: Pick<Task, 'minMembers' | 'minStake'>,
): StartProgress {
  // No claim of a round without members is true.
  const minMembers = Math.max(1, asked)
  const counted = accounts.filter(({ eligible }) => eligible > 0n)
  const stake = counted.reduce((sum, { eligible }) => sum + eligible, 0n)
  const members = counted.length
  return { members, minMembers, stake, minStake, enough: members >= minMembers && stake >= minStake }
}

/** One line with the missing condition. */
export function describeStart({ members, minMembers, stake, minStake, enough }: StartProgress, unit: TokenUnit): string {
  if (enough) return 'enough members have joined: waiting for an operator that takes the seat'
  if (members < minMembers) return `waiting for members: ${members} of ${minMembers} joined`
  return `waiting for stake: ${formatAmount(stake, unit)} of ${formatTokens(minStake, unit)} joined`
}
