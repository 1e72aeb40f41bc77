import { deploymentRules, DEVELOPMENT_TIMES, leastPenalty, SEARCH_UNITS, shortestTimes } from '../src/chain/index.ts'
import type { ShortestTimes } from '../src/chain/index.ts'
import { formatTokens, parseAmount, QuorateError } from '../src/core/index.ts'
import type { TokenUnit } from '../src/core/index.ts'
import { flagValue } from './flag-value.ts'
import { penaltiesIn } from './task-options.ts'
import type { TaskFlags } from './task-options.ts'

/** Windows of the court that fit into a challenge window (`TaskRules`). */
const COURT_WINDOWS = 8
const WINDOWS = ['reveal', 'attest', 'post'] as const

export interface DeployTerms {
  /** Token wei, all four. */
  operatorBond: bigint
  unitBond: bigint
  rewardPerRound: bigint
  minStake: bigint
}

type TermFlags = Pick<TaskFlags, 'reward' | 'minStake' | 'committee' | 'commit' | 'reveal' | 'attest' | 'post' | 'challenge'> & {
  operatorBond: string
  courtBond: string
  development: boolean
  /** Seconds between blocks. */
  blockTime: number
}

/**
 * Reads the amounts of `quorate deploy` and refuses what the contracts would refuse when the task is created. By then a dozen
 * transactions are paid for.
 *
 * @param unit of the token that is staked
 * @throws QuorateError FLAG_INVALID naming the option and its bound
 */
export function deployTerms(flags: TermFlags, unit: TokenUnit): DeployTerms {
  const operatorBond = flagValue('--operator-bond', () => parseAmount(flags.operatorBond, unit))
  const unitBond = flagValue('--court-bond', () => parseAmount(flags.courtBond, unit))
  const rewardPerRound = flagValue('--reward', () => parseAmount(flags.reward, unit))
  const minStake = flagValue('--min-stake', () => parseAmount(flags.minStake, unit))
  const { minOperatorBond, bounds } = deploymentRules(unit)
  const { falseClaimPenalty } = penaltiesIn(unit)
  const leastBond = minOperatorBond > falseClaimPenalty ? minOperatorBond : falseClaimPenalty
  if (operatorBond < leastBond) refuse('--operator-bond', `an operator bonds at least ${formatTokens(leastBond, unit)}`)
  if (unitBond === 0n) refuse('--court-bond', 'a request to the court has to cost something')
  const penalty = formatTokens(falseClaimPenalty, unit)
  const floor = bounds.minBondFloor
  if (leastPenalty({ rewardPerRound, unitBond: 0n, floor }) > falseClaimPenalty)
    refuse('--reward', `the penalty of a false claim, ${penalty}, covers less than 64 such rewards: set a smaller reward`)
  if (leastPenalty({ rewardPerRound: 0n, unitBond, floor }) > falseClaimPenalty) {
    const why = `the penalty of a false claim, ${penalty}, covers less than ${SEARCH_UNITS} such bonds`
    refuse('--court-bond', `${why}: set a smaller bond`)
  }
  const shortest = flags.development ? DEVELOPMENT_TIMES : shortestTimes(flags.blockTime)
  requireTimes(flags, shortest)
  const { commit, reveal, attest, post, challenge, committee } = flags
  // From opening to the end of the challenge, when seal and posting come at the last second. The snapshot of a drawn round is before.
  const exposure = commit + reveal + attest + 2 * post + challenge + (committee > 0 ? shortest.entry : 0)
  if (exposure > bounds.minUnbondingDelay)
    refuse(
      '--challenge',
      `the windows add up to ${exposure} s, longer than the shortest unbonding delay, ${bounds.minUnbondingDelay} s`,
    )
  return { operatorBond, unitBond, rewardPerRound, minStake }
}

/** Windows that are shorter than the contracts will allow. */
function requireTimes(flags: TermFlags, shortest: ShortestTimes): void {
  const other = flags.development ? '' : ', or pass --development on a development chain'
  if (flags.commit < shortest.commit)
    refuse('--commit', `members need eight blocks to commit: set at least ${shortest.commit} s${other}`)
  for (const name of WINDOWS) {
    if (flags[name] < shortest.window)
      refuse(`--${name}`, `a window leaves a minute and five blocks: set at least ${shortest.window} s${other}`)
  }
  const drawn = shortest.commit + shortest.window
  if (flags.committee > 0 && flags.commit < drawn)
    refuse('--commit', `a committee is known five blocks after a round opened: set at least ${drawn} s${other}`)
  const answers = COURT_WINDOWS * shortest.court
  if (flags.challenge < answers)
    refuse('--challenge', `${flags.challenge} s leave no time to answer the court: set at least ${answers} s${other}`)
  if (flags.challenge < shortest.challenge)
    refuse('--challenge', `${flags.challenge} s leave no time to find a lie: set at least ${shortest.challenge} s${other}`)
}

function refuse(option: string, message: string): never {
  throw new QuorateError('FLAG_INVALID', `${option}: ${message}`, { details: { option } })
}
