import { Option } from 'commander'
import type { Command } from 'commander'
import { castVote } from '../../src/chain/index.ts'
import type { Support } from '../../src/chain/index.ts'
import { createOutput } from '../../src/console/index.ts'
import { formatTokens } from '../../src/core/index.ts'
import { governAs, withProposal } from './session.ts'
import type { ProposalOptions } from './session.ts'

/** `quorate gov vote`: votes with the stake at the proposal's snapshot. */
export default function voteCommand(gov: Command): void {
  withProposal(gov.command('vote'), 'owner key of a member, or the key of its delegate')
    .description('vote on a proposal with the stake that you had or that was delegated to you at its snapshot')
    .addOption(new Option('--support <side>', 'your vote').choices(['for', 'against', 'abstain']).makeOptionMandatory())
    .option('--reason <text>', 'reason, published with the vote')
    .action(async (options: ProposalOptions & { support: Support; reason?: string }) =>
      governAs(options, async ({ contracts, governance, unit, sender, signal }) => {
        const { proposal, support, reason } = options
        const { weight, gasUsed } = await castVote(sender, {
          governance,
          vault: contracts.vault,
          proposal,
          support,
          reason,
          signal,
        })
        createOutput(options.json).result(
          { event: 'voted', ok: true, proposal, voter: sender.address, support, weight, gas: gasUsed },
          `${sender.address} voted ${support} with ${formatTokens(weight, unit)} of stake`,
        )
      }),
    )
}
