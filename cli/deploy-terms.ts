import { DEFAULT_DEPLOYMENT_RULES, FULL_COURT_WINDOW, leastPenalty } from '../src/chain/index.ts'
import { formatAmount, parseAmount } from '../src/config/index.ts'
import { QuorateError } from '../src/core/index.ts'
import { flagValue } from './flag-value.ts'
import { PENALTIES } from './task-options.ts'
import type { TaskFlags } from './task-options.ts'

/** Windows of the court that fit into a challenge window (`SpecRules`). */
const COURT_WINDOWS = 8

export interface DeployTerms {
  /** Token wei, all three. */
  operatorBond: bigint
  rewardPerRound: bigint
  minStake: bigint
}

type TermFlags = Pick<TaskFlags, 'reward' | 'minStake' | 'commit' | 'reveal' | 'attest' | 'post' | 'challenge'> & {
  operatorBond: string
  development: boolean
}

/**
 * Reads the amounts of `quorate deploy` and refuses what the contracts would refuse when the task is created. By then a dozen
 * transactions are paid for.
 *
 * @throws QuorateError FLAG_INVALID naming the option and its bound
 */
export function deployTerms(flags: TermFlags): DeployTerms {
  const operatorBond = flagValue('--operator-bond', () => parseAmount(flags.operatorBond))
  const rewardPerRound = flagValue('--reward', () => parseAmount(flags.reward))
  const minStake = flagValue('--min-stake', () => parseAmount(flags.minStake))
  const { minOperatorBond, bounds } = DEFAULT_DEPLOYMENT_RULES
  const { falseClaimPenalty } = PENALTIES
  if (operatorBond < minOperatorBond)
    refuse('--operator-bond', `an operator bonds at least ${formatAmount(minOperatorBond)} tokens`)
  if (leastPenalty(rewardPerRound, bounds.minBondFloor) > falseClaimPenalty) {
    const penalty = formatAmount(falseClaimPenalty)
    refuse('--reward', `the penalty of a false claim, ${penalty} tokens, covers less than 64 such rewards: set a smaller reward`)
  }
  const least = COURT_WINDOWS * (flags.development ? 1 : FULL_COURT_WINDOW)
  if (flags.challenge < least) {
    const other = flags.development ? '' : ', or pass --development on a development chain'
    refuse('--challenge', `${flags.challenge} s leave no time to answer the court: set at least ${least} s${other}`)
  }
  const { commit, reveal, attest, post, challenge } = flags
  // From opening to the end of the challenge, when seal and posting come at the last second.
  const exposure = commit + reveal + attest + 2 * post + challenge
  if (exposure > bounds.minUnbondingDelay)
    refuse(
      '--challenge',
      `the windows add up to ${exposure} s, longer than the shortest unbonding delay, ${bounds.minUnbondingDelay} s`,
    )
  return { operatorBond, rewardPerRound, minStake }
}

function refuse(option: string, message: string): never {
  throw new QuorateError('FLAG_INVALID', `${option}: ${message}`, { details: { option } })
}
