import type { Command } from 'commander'
import { readJudge, readTaskCount } from '../../src/chain/index.ts'
import { parseAmount, QuorateError } from '../../src/core/index.ts'
import type { TokenUnit } from '../../src/core/index.ts'
import type { Address } from '../../src/protocol/index.ts'
import { describeTask } from '../../coordinator/actions/create-task.ts'
import { readTaskFiles } from '../../coordinator/actions/task-files.ts'
import type { TaskFiles } from '../../coordinator/actions/task-files.ts'
import { planTask, readTaskFile, trialLearner } from '../../coordinator/task-file/index.ts'
import type { TaskPlan } from '../../coordinator/task-file/index.ts'
import { address } from '../chain-options.ts'
import { flagValue } from '../flag-value.ts'
import { penalties, withPenalties, withTask } from '../task-options.ts'
import type { PenaltyFlags, TaskFlags } from '../task-options.ts'
import { withTrial } from './check.ts'
import type { CheckFlags } from './check.ts'
import { foundTask, withOperator } from './found.ts'
import type { FoundFlags } from './found.ts'
import { asFounder, withLedger } from './session.ts'
import type { TaskSession } from './session.ts'

interface CreateFlags extends TaskFlags, PenaltyFlags, FoundFlags, Pick<CheckFlags, 'backend' | 'data'> {
  rounds: number
  judge?: Address
  files?: string
  taskFile?: string
}

/** `quorate task create`: a funded task, with the sender as its founder. */
export default function createCommand(task: Command): void {
  withTrial(
    withPenalties(withTask(withOperator(withLedger(task.command('create'), 'key of the founder, who may stop the task')))),
  )
    .description('create and fund a task on deployed contracts, and write its files')
    .option('--judge <address>', 'judge that governance has added; by default that of the newest task', address)
    .option(
      '--files <folder>',
      'spec.json, document.json and genesis.i32 of your own; --model, --rule, --reward and the like then mean nothing',
    )
    .option(
      '--task-file <file>',
      'task.toml of `quorate task init`; options for model, rule, rewards, windows and members then mean nothing',
    )
    .action(async (flags: CreateFlags) =>
      asFounder(flags, async (session) => {
        const { unit } = session
        const { files, terms, fines } = await plannedTask(flags, session)
        await foundTask(flags, session, {
          files,
          terms: { ...terms, judge: flags.judge ?? (await newestJudge(session)), ...penalties(flags, unit), ...fines },
        })
      }),
    )
}

/** What is published: from a task file, or from options and files. */
async function plannedTask(
  flags: CreateFlags,
  { unit, signal }: TaskSession,
): Promise<{ files: TaskFiles; terms: TaskPlan['terms']; fines?: TaskPlan['penalties'] }> {
  if (flags.taskFile !== undefined) {
    const learner = trialLearner({ backend: flags.backend, folder: flags.data })
    const { penalties: fines, ...plan } = await planTask(await readTaskFile(flags.taskFile), { unit, learner, signal })
    return { ...plan, fines }
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

function describe(flags: CreateFlags, unit: TokenUnit): ReturnType<typeof describeTask> {
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

async function newestJudge({ chain, contracts, signal }: TaskSession): Promise<Address> {
  const { ledger } = contracts
  const task = await readTaskCount(chain, { ledger, signal })
  if (task === 0n) throw new QuorateError('USAGE', 'no task names a judge yet: pass one with --judge')
  return readJudge(chain, { ledger, task, signal })
}
