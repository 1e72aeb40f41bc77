import { parseEventLogs } from 'viem'
import { QuorateError } from '../../core/index.ts'
import { quorateGovernorAbi, stakeVaultAbi } from '../abi/index.ts'
import type { Contracts } from '../contracts.ts'
import type { Governance } from '../governance/governance.ts'
import type { TransactionResult, TransactionSender, WriteOptions } from '../transactions/transaction-sender.ts'
import { readContract } from './read-contract.ts'
import { readProposal } from './read-proposal.ts'

/** OpenZeppelin's `GovernorCountingSimple.VoteType`. */
const SUPPORT = { against: 0, for: 1, abstain: 2 } as const

export type Support = keyof typeof SUPPORT

export interface CastVoteParameters extends WriteOptions {
  governance: Governance
  vault: Contracts['vault']
  proposal: bigint
  support: Support
  reason?: string
}

/**
 * Votes with the stake at the proposal's snapshot, the sender's own and the delegated. Sender: an owner key or a
 * delegate.
 *
 * Errors: PROPOSAL_NOT_FOUND, PROPOSAL_STATE outside the voting period or when the sender already voted, VOTES_TOO_LOW
 * for a sender without votes at the snapshot (the contract would count zero), and those of every write.
 *
 * @example
 * const { weight } = await castVote(sender, { governance, vault, proposal, support: 'for' })
 */
export async function castVote(
  sender: TransactionSender,
  { governance, vault, proposal, support, reason = '', signal }: CastVoteParameters,
): Promise<TransactionResult & { weight: bigint }> {
  const { chain, address } = sender
  const { state, snapshot } = await readProposal(chain, { governance, proposal, signal })
  if (state === 'active') {
    const votes = await readContract(chain, {
      address: vault,
      abi: stakeVaultAbi,
      functionName: 'getPastVotes',
      args: [address, BigInt(snapshot)],
      doing: `read the votes of ${address}`,
      signal,
    })
    if (votes === 0n) {
      throw new QuorateError('VOTES_TOO_LOW', `${address} had no votes at the snapshot of the proposal`, {
        details: { account: address, snapshot },
      })
    }
  }
  const result = await sender.write({
    doing: `vote on proposal ${proposal}`,
    to: governance.governor,
    abi: quorateGovernorAbi,
    functionName: 'castVoteWithReason',
    args: [proposal, SUPPORT[support], reason],
    signal,
  })
  const [cast] = parseEventLogs({ abi: quorateGovernorAbi, eventName: 'VoteCast', logs: [...result.logs] })
  return { ...result, weight: cast!.args.weight }
}
