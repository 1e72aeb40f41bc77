import type { Command } from 'commander'
import { cancelProposal } from '../../src/chain/index.ts'
import { createOutput } from '../../src/console/index.ts'
import { governAs, withProposal } from './session.ts'
import type { ProposalOptions } from './session.ts'

/** `quorate gov cancel`: the proposer cancels before the vote, the guardian cancels a queued proposal. */
export default function cancelCommand(gov: Command): void {
  withProposal(gov.command('cancel'), "the proposer's key before voting begins, or the guardian's while the proposal is queued")
    .description('cancel a proposal')
    .action(async (options: ProposalOptions) =>
      governAs(options, async ({ governance, sender, signal }) => {
        const { proposal } = options
        const { gasUsed } = await cancelProposal(sender, { governance, proposal, signal })
        createOutput(options.json).result(
          { event: 'canceled', ok: true, proposal, gas: gasUsed },
          `Cancelled proposal ${proposal}`,
        )
      }),
    )
}
