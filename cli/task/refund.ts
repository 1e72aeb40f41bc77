import type { Command } from 'commander'
import { refundTask } from '../../src/chain/index.ts'
import { formatTokens } from '../../src/core/index.ts'
import { bigintOption } from '../chain-options.ts'
import { asFounder, withLedger } from './session.ts'
import type { TaskCommandFlags } from './session.ts'

/** `quorate task refund`: what a stopped task did not use goes to its founder. */
export default function refundCommand(task: Command): void {
  withLedger(task.command('refund'), 'any funded key; the payment goes to the founder')
    .description('pay what a stopped task did not use to its founder, once its last claim is final')
    .addOption(bigintOption('--task <id>', 'task number', 1n))
    .action(async (flags: TaskCommandFlags & { task: bigint }) =>
      asFounder(flags, async ({ contracts, sender, unit, tell, signal }) => {
        const { task } = flags
        const { founder, amount, gasUsed } = await refundTask(sender, { distributor: contracts.distributor, task, signal })
        tell(
          { event: 'refunded', ok: true, task, founder, amount, gas: gasUsed },
          `Paid ${formatTokens(amount, unit)} of task ${task} to its founder ${founder}`,
        )
      }),
    )
}
