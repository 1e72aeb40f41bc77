import type { Command } from 'commander'
import { cancelProposal } from '../../src/chain/index.ts'
import { createOutput } from '../../src/console/index.ts'
import { governAs, withProposal } from './session.ts'
import type { ProposalOptions } from './session.ts'

/** `quorate gov cancel`: by the proposer before the vote, by the guardian while it is queued. */
export default function cancelCommand(gov: Command): void {
  withProposal(gov.command('cancel'), "the proposer's key before voting begins, the guardian's while it is queued")
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
