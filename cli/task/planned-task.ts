import { parseAmount } from '../../src/core/index.ts'
import type { TokenUnit } from '../../src/core/index.ts'
import { describeTask } from '../../coordinator/actions/create-task.ts'
import { readTaskFiles } from '../../coordinator/actions/task-files.ts'
import type { TaskFiles } from '../../coordinator/actions/task-files.ts'
import { planTask, readTaskFile, trialLearner, withLine } from '../../coordinator/task-file/index.ts'
import type { TaskPlan } from '../../coordinator/task-file/index.ts'
import { flagValue } from '../flag-value.ts'
import type { TaskFlags } from '../task-options.ts'
import type { CheckFlags } from './check.ts'

export interface PlannedTaskFlags extends TaskFlags, Pick<CheckFlags, 'backend' | 'data' | 'trainer'> {
  /** Folder with the files of a task. */
  files?: string
  taskFile?: string
}

export interface PlannedTask extends Pick<TaskPlan, 'files' | 'terms'> {
  files: TaskFiles
  /** Penalties that a task file names. */
  fines?: TaskPlan['penalties']
}

/**
 * What a command publishes as a task: from a task file, from options, or from files that are there.
 *
 * @param unit of the token that is staked
 * @throws QuorateError FLAG_INVALID, and those of `planTask`
 */
export async function plannedTask(
  flags: PlannedTaskFlags,
  { unit, signal }: { unit: TokenUnit; signal: AbortSignal },
): Promise<PlannedTask> {
  if (flags.taskFile !== undefined) {
    const learner = trialLearner({ backend: flags.backend, folder: flags.data, trainer: flags.trainer })
    const file = await readTaskFile(flags.taskFile)
    const { files, terms, penalties: fines } = await withLine(flags.taskFile, planTask(file, { unit, learner, signal }))
    return { files, terms, fines }
  }
  const { commit, reveal, attest, post, challenge } = flags
  return {
    files: flags.files === undefined ? describe(flags, unit) : await readTaskFiles(flags.files),
    terms: {
      windows: { commit, reveal, attest, post, challenge },
      quorumBps: flags.quorum,
      minMembers: flags.minMembers,
      minStake: flagValue('--min-stake', () => parseAmount(flags.minStake, unit)),
    },
  }
}

function describe(flags: TaskFlags, unit: TokenUnit): TaskFiles {
  return describeTask({
    model: flags.model,
    seed: flags.seed,
    rule: flags.rule,
    byzantineBps: flags.byzantine,
    rewardPerRound: flagValue('--reward', () => parseAmount(flags.reward, unit)),
    toleranceBps: flags.tolerance,
    minSealedBps: flags.minSealed,
    operatorShareBps: flags.operatorShare,
    committee: flags.committee,
    localSamples: flags.localSamples,
  })
}
