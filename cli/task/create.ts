import type { Command } from 'commander'
import { readJudge, readTaskCount } from '../../src/chain/index.ts'
import { QuorateError } from '../../src/core/index.ts'
import type { Address } from '../../src/protocol/index.ts'
import { address } from '../chain-options.ts'
import { penalties, withPenalties, withTask } from '../task-options.ts'
import type { PenaltyFlags } from '../task-options.ts'
import { withTrial } from './check.ts'
import { foundTask, withOperator } from './found.ts'
import type { FoundFlags } from './found.ts'
import { plannedTask } from './planned-task.ts'
import type { PlannedTaskFlags } from './planned-task.ts'
import { requireWindows } from './require-windows.ts'
import { shortestTimesOf } from './shortest-times-of.ts'
import { asFounder, withLedger } from './session.ts'
import type { TaskSession } from './session.ts'

interface CreateFlags extends PlannedTaskFlags, PenaltyFlags, FoundFlags {
  rounds: number
  judge?: Address
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
        const judge = flags.judge ?? (await newestJudge(session))
        requireWindows(terms.windows, {
          drawn: files.spec.committee > 0,
          shortest: await shortestTimesOf(session.chain, { ledger: flags.ledger, judge, signal: session.signal }),
          placeOf: (name) => (flags.taskFile === undefined ? `--${name}` : `windows.${name}`),
        })
        await foundTask(flags, session, {
          files,
          terms: { ...terms, judge, ...penalties(flags, unit), ...fines },
        })
      }),
    )
}

async function newestJudge({ chain, contracts, signal }: TaskSession): Promise<Address> {
  const { ledger } = contracts
  const task = await readTaskCount(chain, { ledger, signal })
  if (task === 0n) throw new QuorateError('USAGE', 'no task names a judge yet: pass one with --judge')
  return readJudge(chain, { ledger, task, signal })
}
