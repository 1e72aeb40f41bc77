import { Option } from 'commander'
import type { Command } from 'commander'
import { castVote } from '../../src/chain/index.ts'
import type { Support } from '../../src/chain/index.ts'
import { formatTokens } from '../../src/core/index.ts'
import { governProposal, withProposal } from './session.ts'
import type { ProposalOptions } from './session.ts'

/** `quorate gov vote`: votes with the stake at the proposal's snapshot. */
export default function voteCommand(gov: Command): void {
  withProposal(gov.command('vote'), 'owner key of a member, or the key of its delegate')
    .description('vote on a proposal with the stake that you had or that was delegated to you at its snapshot')
    .addOption(new Option('--support <side>', 'your vote').choices(['for', 'against', 'abstain']).makeOptionMandatory())
    .option('--reason <text>', 'reason, published with the vote')
    .action(async (options: ProposalOptions & { support: Support; reason?: string }) =>
      governProposal(options, async ({ contracts, governance, proposal, place, unit, sender, tell, signal }) => {
        const { support, reason } = options
        const { weight, gasUsed } = await castVote(sender, {
          governance,
          vault: contracts.vault,
          proposal,
          support,
          reason,
          signal,
        })
        tell(
          { event: 'voted', ok: true, proposal, place, voter: sender.address, support, weight, gas: gasUsed },
          `${sender.address} voted ${support} proposal ${place} with ${formatTokens(weight, unit)}`,
        )
      }),
    )
}
