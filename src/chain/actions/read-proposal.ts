import { encodeAbiParameters, keccak256, pad, slice, zeroHash } from 'viem'
import type { Address, Hash } from '../../protocol/types.ts'
import { quorateGovernorAbi, quorateTimelockAbi } from '../abi/index.ts'
import type { Chain } from '../connect-chain.ts'
import type { Governance } from '../governance/governance.ts'
import type { GovernanceCall } from '../governance/parameters.ts'
import { readContract } from './read-contract.ts'
import type { ReadOptions } from './read-contract.ts'
import { readProposalNumbers } from './find-proposal.ts'
import { PROPOSAL_STATES } from './proposal-states.ts'

/** A proposal as the chain has it. Times unix seconds, votes stake wei. */
export interface Proposal {
  proposal: bigint
  state: (typeof PROPOSAL_STATES)[number]
  proposer: Address
  calls: readonly GovernanceCall[]
  /** Votes are the stake at the end of this second; voting begins after it. */
  snapshot: number
  deadline: number
  votes: { for: bigint; against: bigint; abstain: bigint }
  /** Votes for and abstentions that are needed; undefined until the snapshot is past. */
  quorum: bigint | undefined
  /** When it may be executed, as far as pauses are known now; 0 unless it is queued. */
  executableAt: number
  /** Its number in the timelock. */
  operation: Hash
}

/**
 * One proposal.
 *
 * Errors: PROPOSAL_NOT_FOUND, CONTRACT_NOT_FOUND, RPC_UNREACHABLE, CANCELLED.
 *
 * @example
 * const { state } = await readProposal(chain, { governance, proposal })
 */
export async function readProposal(
  chain: Chain,
  { governance, proposal, ...options }: ReadOptions & { governance: Governance; proposal: bigint },
): Promise<Proposal> {
  const doing = `read proposal ${proposal}`
  const of = { ...options, doing, address: governance.governor, abi: quorateGovernorAbi, args: [proposal] } as const
  const [targets, values, calldatas, descriptionHash] = await readContract(chain, { ...of, functionName: 'proposalDetails' })
  const [state, proposer, snapshot, deadline, [against, inFavour, abstain]] = await Promise.all([
    readContract(chain, { ...of, functionName: 'state' }),
    readContract(chain, { ...of, functionName: 'proposalProposer' }),
    readContract(chain, { ...of, functionName: 'proposalSnapshot' }),
    readContract(chain, { ...of, functionName: 'proposalDeadline' }),
    readContract(chain, { ...of, functionName: 'proposalVotes' }),
  ])
  const operation = operationOf(governance.governor, targets, values, calldatas, descriptionHash)
  const pending = PROPOSAL_STATES[state] === 'pending'
  const [due, quorum] = await Promise.all([
    readContract(chain, {
      ...options,
      doing,
      address: governance.timelock,
      abi: quorateTimelockAbi,
      functionName: 'getTimestamp',
      args: [operation],
    }),
    pending ? undefined : readContract(chain, { ...of, functionName: 'quorum', args: [snapshot] }),
  ])
  return {
    proposal,
    state: PROPOSAL_STATES[state]!,
    proposer,
    calls: targets.map((target, index) => ({ target, data: calldatas[index]! })),
    snapshot: Number(snapshot),
    deadline: Number(deadline),
    votes: { for: inFavour, against, abstain },
    quorum,
    executableAt: PROPOSAL_STATES[state] === 'queued' ? Number(due) : 0,
    operation,
  }
}

/** All proposals, oldest first. Errors: CONTRACT_NOT_FOUND, RPC_UNREACHABLE, CANCELLED. */
export async function readProposals(
  chain: Chain,
  { governance, ...options }: ReadOptions & { governance: Governance },
): Promise<Proposal[]> {
  const numbers = await readProposalNumbers(chain, { ...options, governance })
  return Promise.all(numbers.map(async (proposal) => readProposal(chain, { ...options, governance, proposal })))
}

/** `TimelockController.hashOperationBatch` with the salt of `GovernorTimelockControl`: the governor's address over the description. */
function operationOf(
  governor: Address,
  targets: readonly Address[],
  values: readonly bigint[],
  calldatas: readonly `0x${string}`[],
  descriptionHash: Hash,
): Hash {
  const salt = BigInt(pad(slice(governor, 0, 20), { dir: 'right', size: 32 })) ^ BigInt(descriptionHash)
  return keccak256(
    encodeAbiParameters(
      [{ type: 'address[]' }, { type: 'uint256[]' }, { type: 'bytes[]' }, { type: 'bytes32' }, { type: 'bytes32' }],
      [targets, values, calldatas, zeroHash, `0x${salt.toString(16).padStart(64, '0')}`],
    ),
  )
}
