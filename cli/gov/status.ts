import type { Command } from 'commander'
import { describeCall, findProposal, inTokens, readDescriptions, readProposal, readProposals } from '../../src/chain/index.ts'
import type { Chain, Governance, Proposal } from '../../src/chain/index.ts'
import { createOutput } from '../../src/console/index.ts'
import { formatTokens } from '../../src/core/index.ts'
import type { TokenUnit } from '../../src/core/index.ts'
import { bigintOption } from '../chain-options.ts'
import { formatTime } from './format.ts'
import { govern, proposalReference, withGov } from './session.ts'
import type { GovOptions } from './session.ts'

/** A proposal with what people need to speak about it. */
interface ToldProposal extends Omit<Proposal, 'calls'> {
  place: number
  /** What the proposer wrote; undefined where the chain does not show it. */
  description: string | undefined
  calls: (Proposal['calls'][number] & { text: string })[]
}

/** `quorate gov status`: state and next step of proposals. */
export default function statusCommand(gov: Command): void {
  withGov(gov.command('status'))
    .description('show all proposals, or one: description, calls, votes, next step and its time')
    .option('--proposal <number>', 'show only this proposal', proposalReference)
    .addOption(bigintOption('--from-block <number>', 'block of the deployment', 0n))
    .action(async (options: GovOptions & { proposal?: string; fromBlock: bigint }) =>
      govern(options, async ({ chain, contracts, governance, unit, signal }) => {
        const { proposal: reference, fromBlock } = options
        const wanted =
          reference === undefined
            ? (await readProposals(chain, { governance, signal })).map((read, index) => ({ ...read, place: index + 1 }))
            : [await one(chain, { governance, reference, signal })]
        const numbers = wanted.map(({ proposal }) => proposal)
        const descriptions = await readDescriptions(chain, { governance, proposals: numbers, fromBlock, signal })
        const proposals = wanted.map((read): ToldProposal => {
          const calls = read.calls.map((call) => ({
            ...call,
            text: inTokens(describeCall(call, { contracts, governance }), unit),
          }))
          return { ...read, description: descriptions.get(read.proposal), calls }
        })
        createOutput(options.json).result(
          { event: 'proposals', ok: true, proposals },
          proposals.length === 0 ? 'There are no proposals yet' : proposals.map((told) => describe(told, unit)).join('\n\n'),
        )
      }),
    )
}

async function one(
  chain: Chain,
  options: { governance: Governance; reference: string; signal: AbortSignal },
): Promise<Proposal & { place: number }> {
  const { proposal, place } = await findProposal(chain, options)
  return { ...(await readProposal(chain, { ...options, proposal })), place }
}

function describe(proposal: ToldProposal, unit: TokenUnit): string {
  const { place, description, proposer, calls, votes, quorum } = proposal
  const [inFavour, against, abstain] = [votes.for, votes.against, votes.abstain].map((stake) => formatTokens(stake, unit))
  return [
    `Proposal ${place}: ${description ?? 'the chain does not show its description'}`,
    `  ${proposal.state}: ${next(proposal)}`,
    `  by ${proposer}`,
    ...calls.map(({ text }) => `  ${text}`),
    `  for ${inFavour}, against ${against}, abstain ${abstain}${quorum === undefined ? '' : `; quorum ${formatTokens(quorum, unit)}`}`,
  ].join('\n')
}

function next({ state, place, snapshot, deadline, executableAt }: ToldProposal): string {
  switch (state) {
    case 'pending':
      return `voting begins after ${formatTime(snapshot)}`
    case 'active':
      return `voting ends ${formatTime(deadline)}: quorate gov vote --proposal ${place} --support for`
    case 'succeeded':
      return `any account may queue it: quorate gov queue --proposal ${place}`
    case 'queued':
      return `any account may execute it from ${formatTime(executableAt)} on: quorate gov execute --proposal ${place}`
    default:
      return 'no further step'
  }
}
