import type { Command } from 'commander'
import { queueProposal, readProposal } from '../../src/chain/index.ts'
import { formatTime } from './format.ts'
import { governProposal, withProposal } from './session.ts'
import type { ProposalOptions } from './session.ts'

/** `quorate gov queue`: puts a successful proposal into the timelock. */
export default function queueCommand(gov: Command): void {
  withProposal(gov.command('queue'), 'any funded key')
    .description('put a successful proposal into the timelock; any account may send this')
    .action(async (options: ProposalOptions) =>
      governProposal(options, async ({ chain, governance, proposal, place, sender, tell, signal }) => {
        const { gasUsed } = await queueProposal(sender, { governance, proposal, signal })
        const { executableAt } = await readProposal(chain, { governance, proposal, signal })
        tell(
          { event: 'queued', ok: true, proposal, place, executableAt, gas: gasUsed },
          `Queued proposal ${place}. It may be executed from ${formatTime(executableAt)} on: quorate gov execute --proposal ${place}`,
        )
      }),
    )
}
