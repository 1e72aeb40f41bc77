import type { Command } from 'commander'
import { stopTask } from '../../src/chain/index.ts'
import { bigintOption } from '../chain-options.ts'
import { asFounder, withLedger } from './session.ts'
import type { TaskCommandFlags } from './session.ts'

/** `quorate task stop`: no round of the task opens any more. */
export default function stopCommand(task: Command): void {
  withLedger(task.command('stop'), 'key of the founder, or of the owner of the contracts')
    .description('end a task: an open round goes on to its end, and no other opens')
    .addOption(bigintOption('--task <id>', 'task number', 1n))
    .action(async (flags: TaskCommandFlags & { task: bigint }) =>
      asFounder(flags, async ({ contracts, sender, tell, signal }) => {
        const { task } = flags
        const { gasUsed } = await stopTask(sender, { ledger: contracts.ledger, task, signal })
        tell(
          { event: 'stopped', ok: true, task, gas: gasUsed },
          [
            `Task ${task} is stopped. Rewards that were earned can be claimed for ever.`,
            `Next: quorate task refund, once its last claim is final`,
          ].join('\n'),
        )
      }),
    )
}
