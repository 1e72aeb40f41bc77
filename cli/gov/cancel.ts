import type { Command } from 'commander'
import { cancelProposal } from '../../src/chain/index.ts'
import { governProposal, withProposal } from './session.ts'
import type { ProposalOptions } from './session.ts'

/** `quorate gov cancel`: the proposer cancels before the vote, the guardian cancels a queued proposal. */
export default function cancelCommand(gov: Command): void {
  withProposal(gov.command('cancel'), "the proposer's key before voting begins, or the guardian's while the proposal is queued")
    .description('cancel a proposal')
    .action(async (options: ProposalOptions) =>
      governProposal(options, async ({ governance, proposal, place, sender, tell, signal }) => {
        const { gasUsed } = await cancelProposal(sender, { governance, proposal, signal })
        tell({ event: 'canceled', ok: true, proposal, place, gas: gasUsed }, `Cancelled proposal ${place}`)
      }),
    )
}
