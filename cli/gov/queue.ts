import type { Command } from 'commander'
import { queueProposal, readProposal } from '../../src/chain/index.ts'
import { createOutput } from '../../src/console/index.ts'
import { formatTime } from './format.ts'
import { governAs, withProposal } from './session.ts'
import type { ProposalOptions } from './session.ts'

/** `quorate gov queue`: puts a successful proposal into the timelock. */
export default function queueCommand(gov: Command): void {
  withProposal(gov.command('queue'), 'any funded key')
    .description('put a successful proposal into the timelock; any account may send this')
    .action(async (options: ProposalOptions) =>
      governAs(options, async ({ chain, governance, sender, signal }) => {
        const { proposal } = options
        const { gasUsed } = await queueProposal(sender, { governance, proposal, signal })
        const { executableAt } = await readProposal(chain, { governance, proposal, signal })
        createOutput(options.json).result(
          { event: 'queued', ok: true, proposal, executableAt, gas: gasUsed },
          `Queued. The proposal may be executed from ${formatTime(executableAt)} on: quorate gov execute --proposal ${proposal}`,
        )
      }),
    )
}
