import { describeCall, inTokens, readDescriptions, readParameters, readProposals } from '../../chain/index.ts'
import type { Proposal } from '../../chain/index.ts'
import { QuorateError } from '../../core/index.ts'
import { lowerHex } from '../../protocol/index.ts'
import type { TaskReader } from '../reading/task-reader.ts'
import type { GovernanceAnswer } from '../schemas.ts'
import { governanceOf, orNull, unitOf } from './task-view.ts'

/** `/governance`. @throws QuorateError API_NOT_KNOWN where no votes govern the contracts */
export async function governanceView(reader: TaskReader): Promise<GovernanceAnswer> {
  const { chain, contracts, fromBlock } = reader.node.about
  const governance = await governanceOf(reader)
  if (!governance) throw new QuorateError('API_NOT_KNOWN', 'no votes govern the contracts of this task: an account owns them')
  const [parameters, proposals, unit] = await Promise.all([
    reader.cache.perBlock('parameters', async () => readParameters(chain, { contracts, governance })),
    reader.cache.perBlock('proposals', async () => readProposals(chain, { governance })),
    unitOf(reader),
  ])
  const numbers = proposals.map(({ proposal }) => proposal)
  // What a proposal says never changes: the events are read again when there is another one.
  const descriptions = await reader.cache.once(`descriptions ${numbers.length}`, async () =>
    readDescriptions(chain, { governance, proposals: numbers, fromBlock }),
  )
  return {
    governor: lowerHex(governance.governor),
    timelock: lowerHex(governance.timelock),
    guardian: orNull(governance.guardian),
    parameters: parameters.map(({ name, unit, value, min, max }) => ({
      name,
      unit,
      value: value.toString(),
      min: min.toString(),
      max: max.toString(),
    })),
    proposals: proposals.toReversed().map((proposal) => ({
      proposal: proposal.proposal.toString(),
      reference: proposal.proposal.toString().slice(0, 8),
      state: proposal.state,
      proposer: lowerHex(proposal.proposer),
      description: descriptions.get(proposal.proposal) ?? null,
      calls: proposal.calls.map((call) => ({
        target: lowerHex(call.target),
        data: lowerHex(call.data),
        words: inTokens(describeCall(call, { contracts, governance }), unit),
      })),
      snapshot: proposal.snapshot,
      deadline: proposal.deadline,
      votes: {
        for: proposal.votes.for.toString(),
        against: proposal.votes.against.toString(),
        abstain: proposal.votes.abstain.toString(),
      },
      quorum: proposal.quorum?.toString() ?? null,
      executableAt: proposal.executableAt === 0 ? null : proposal.executableAt,
      operation: proposal.operation,
      next: nextStep(proposal),
    })),
  }
}

function nextStep({ state, snapshot, deadline, executableAt }: Proposal): string {
  const at = (seconds: number): string => new Date(seconds * 1000).toISOString()
  switch (state) {
    case 'pending':
      return `voting begins after ${at(snapshot)}`
    case 'active':
      return `voting ends ${at(deadline)}`
    case 'succeeded':
      return 'any account may queue it'
    case 'queued':
      return `any account may execute it from ${at(executableAt)} on`
    default:
      return 'no further step'
  }
}
