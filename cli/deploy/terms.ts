import {
  deploymentRules,
  DEVELOPMENT_TIMES,
  leastPenalty,
  SEARCH_UNITS,
  shortestTimes,
  UNBONDING_DELAY,
} from '../../src/chain/index.ts'
import { formatTokens, parseAmount, QuorateError } from '../../src/core/index.ts'
import type { TokenUnit } from '../../src/core/index.ts'
import type { TaskSpec } from '../../src/protocol/index.ts'
import { flagValue } from '../flag-value.ts'
import { penaltiesIn } from '../task-options.ts'
import type { TaskFlags } from '../task-options.ts'
import { requireWindows } from '../task/require-windows.ts'
import type { PlannedTask } from '../task/planned-task.ts'

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
  /** Seconds. */
  unbondingDelay: number
}

/** Where a user wrote the terms of the task: as options, or as fields of a task file. */
const PLACES: Record<string, string> = { '--reward': 'rewards.perRound' }

/**
 * Reads the amounts of `quorate deploy` and refuses what the contracts would refuse when the task is created. By then a dozen
 * transactions are paid for.
 *
 * @param unit of the token that is staked
 * @param file what a task file plans, in place of the options
 * @throws QuorateError FLAG_INVALID naming the option, or the field of the file, and its bound
 */
export function deployTerms(
  flags: TermFlags,
  unit: TokenUnit,
  file?: Pick<PlannedTask, 'terms' | 'fines'> & { files: { spec: Pick<TaskSpec, 'rewardPerRound' | 'committee'> } },
): DeployTerms {
  const operatorBond = flagValue('--operator-bond', () => parseAmount(flags.operatorBond, unit))
  const unitBond = flagValue('--court-bond', () => parseAmount(flags.courtBond, unit))
  const rewardPerRound = file?.files.spec.rewardPerRound ?? flagValue('--reward', () => parseAmount(flags.reward, unit))
  const minStake = file?.terms.minStake ?? flagValue('--min-stake', () => parseAmount(flags.minStake, unit))
  const { commit, reveal, attest, post, challenge } = file?.terms.windows ?? flags
  const committee = file?.files.spec.committee ?? flags.committee
  const placeOf = (option: string): string => (file ? (PLACES[option] ?? `windows.${option.slice(2)}`) : option)
  const { minOperatorBond, bounds } = deploymentRules(unit, flags.unbondingDelay)
  const { falseClaimPenalty = penaltiesIn(unit).falseClaimPenalty } = file?.fines ?? {}
  const leastBond = minOperatorBond > falseClaimPenalty ? minOperatorBond : falseClaimPenalty
  if (operatorBond < leastBond) refuse('--operator-bond', `an operator bonds at least ${formatTokens(leastBond, unit)}`)
  if (flags.unbondingDelay < UNBONDING_DELAY && !flags.development)
    refuse('--unbonding-delay', `at least ${UNBONDING_DELAY} s, or pass --development on a development chain`)
  if (unitBond === 0n) refuse('--court-bond', 'a request to the court has to cost something')
  const penalty = formatTokens(falseClaimPenalty, unit)
  const floor = bounds.minBondFloor
  if (leastPenalty({ rewardPerRound, unitBond: 0n, floor }) > falseClaimPenalty)
    refuse(
      placeOf('--reward'),
      `the penalty of a false claim, ${penalty}, covers less than 64 such rewards: set a smaller reward`,
    )
  if (leastPenalty({ rewardPerRound: 0n, unitBond, floor }) > falseClaimPenalty) {
    const why = `the penalty of a false claim, ${penalty}, covers less than ${SEARCH_UNITS} such bonds`
    refuse('--court-bond', `${why}: set a smaller bond`)
  }
  const shortest = flags.development ? DEVELOPMENT_TIMES : shortestTimes(flags.blockTime)
  requireWindows(
    { commit, reveal, attest, post, challenge },
    {
      drawn: committee > 0,
      shortest,
      placeOf: (name) => placeOf(`--${name}`),
      otherwise: flags.development ? '' : ', or pass --development on a development chain',
    },
  )
  // From opening to the end of the challenge, when seal and posting come at the last second. The snapshot of a drawn round is before.
  const exposure = commit + reveal + attest + 2 * post + challenge + (committee > 0 ? shortest.entry : 0)
  if (exposure > bounds.minUnbondingDelay)
    refuse(
      placeOf('--challenge'),
      `the windows add up to ${exposure} s, longer than the shortest unbonding delay, ${bounds.minUnbondingDelay} s`,
    )
  return { operatorBond, unitBond, rewardPerRound, minStake }
}

export function refuse(option: string, message: string): never {
  throw new QuorateError('FLAG_INVALID', `${option}: ${message}`, { details: { option } })
}
