import type { Command } from 'commander'
import { describeCall, readProposal, readProposals } from '../../src/chain/index.ts'
import type { Proposal } from '../../src/chain/index.ts'
import { createOutput } from '../../src/console/index.ts'
import { formatAmount, formatTokens } from '../../src/core/index.ts'
import { formatTime } from './format.ts'
import { govern, proposalId, withGov } from './session.ts'
import type { GovOptions } from './session.ts'

/** `quorate gov status`: state and next step of proposals. */
export default function statusCommand(gov: Command): void {
  withGov(gov.command('status'))
    .description('show all proposals, or one: calls, votes, next step and its time')
    .option('--proposal <number>', 'show only this proposal', proposalId)
    .action(async (options: GovOptions & { proposal?: bigint }) =>
      govern(options, async ({ chain, contracts, governance, unit, signal }) => {
        const found =
          options.proposal === undefined
            ? await readProposals(chain, { governance, signal })
            : [await readProposal(chain, { governance, proposal: options.proposal, signal })]
        const proposals = found.map((proposal) => ({
          ...proposal,
          calls: proposal.calls.map((call) => ({ ...call, text: describeCall(call, { contracts, governance }) })),
        }))
        const lines = proposals.map((proposal) =>
          [
            `Proposal ${proposal.proposal}`,
            `  ${proposal.state}: ${next(proposal)}`,
            ...proposal.calls.map(({ text }) => `  ${text}`),
            `  for ${formatAmount(proposal.votes.for, unit)}, against ${formatAmount(proposal.votes.against, unit)}, abstain ${formatTokens(proposal.votes.abstain, unit)}${proposal.quorum === undefined ? '' : `; quorum ${formatTokens(proposal.quorum, unit)}`}`,
          ].join('\n'),
        )
        createOutput(options.json).result(
          { event: 'proposals', ok: true, proposals },
          lines.length === 0 ? 'There are no proposals yet' : lines.join('\n\n'),
        )
      }),
    )
}

function next({ state, snapshot, deadline, executableAt }: Proposal): string {
  switch (state) {
    case 'pending':
      return `voting begins after ${formatTime(snapshot)}`
    case 'active':
      return `voting ends ${formatTime(deadline)}`
    case 'succeeded':
      return 'any account may queue it'
    case 'queued':
      return `any account may execute it from ${formatTime(executableAt)} on`
    default:
      return 'no further step'
  }
}
