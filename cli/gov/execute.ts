import type { Command } from 'commander'
import { executeProposal, refreshAccounts } from '../../src/chain/index.ts'
import { bigintOption } from '../chain-options.ts'
import { governProposal, withProposal } from './session.ts'
import type { ProposalOptions } from './session.ts'

/** `quorate gov execute`: executes a queued proposal after its delay. */
export default function executeCommand(gov: Command): void {
  withProposal(gov.command('execute'), 'any funded key')
    .description('execute a queued proposal after its delay, and update the accounts that it affects; any account may send this')
    .option('--no-refresh', 'do not update accounts; each updates at its next transaction')
    .addOption(bigintOption('--task <id>', 'task whose accounts are updated', 1n))
    .addOption(bigintOption('--from-block <number>', 'block of the deployment', 0n))
    .action(async (options: ProposalOptions & { refresh: boolean; task: bigint; fromBlock: bigint }) =>
      governProposal(options, async ({ contracts, governance, proposal, place, sender, tell, signal }) => {
        const { task, fromBlock } = options
        const { gasUsed, hash } = await executeProposal(sender, { governance, proposal, signal })
        const { vault } = contracts
        const refreshed = options.refresh ? await refreshAccounts(sender, { vault, task, fromBlock, signal }) : []
        tell(
          { event: 'executed', ok: true, proposal, place, transaction: hash, gas: gasUsed, refreshed },
          [
            `Executed proposal ${place}`,
            ...refreshed.map((owner) => `The eligible stake of ${owner} changed, from the next round on`),
          ].join('\n'),
        )
      }),
    )
}
