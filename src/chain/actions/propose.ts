import { parseEventLogs } from 'viem'
import { QuorateError } from '../../core/index.ts'
import { quorateGovernorAbi } from '../abi/index.ts'
import { sameAddress } from '../../protocol/bytes.ts'
import { abortable } from '../abortable.ts'
import type { Governance } from '../governance/governance.ts'
import type { GovernanceCall } from '../governance/parameters.ts'
import { translateChainError } from '../translate-chain-error.ts'
import type { TransactionResult, TransactionSender, WriteOptions } from '../transactions/transaction-sender.ts'

export interface ProposeParameters extends WriteOptions {
  governance: Governance
  calls: readonly GovernanceCall[]
  /** For people; two equal proposals must differ in it. */
  description: string
}

/**
 * Puts calls to the vote. The timelock first makes each call in a simulation, so calls that would revert are never
 * proposed. Sender: an owner key with at least the threshold in votes.
 *
 * Errors: PARAMETER_OUT_OF_BOUNDS, TRANSACTION_REVERTED with the error of the simulated call, VOTES_TOO_LOW, and those
 * of every write.
 *
 * @example
 * const { proposal, deadline } = await propose(sender, { governance, calls, description: 'raise the minimum bond' })
 */
export async function propose(
  sender: TransactionSender,
  { governance, calls, description, signal }: ProposeParameters,
): Promise<TransactionResult & { proposal: bigint; snapshot: number; deadline: number }> {
  for (const call of calls) await simulate(sender, governance, call, signal)
  const targets = calls.map(({ target }) => target)
  const data = calls.map((call) => call.data)
  const result = await sender.write({
    doing: 'propose',
    to: governance.governor,
    abi: quorateGovernorAbi,
    functionName: 'propose',
    args: [targets, targets.map(() => 0n), data, description],
    signal,
  })
  const [created] = parseEventLogs({ abi: quorateGovernorAbi, eventName: 'ProposalCreated', logs: [...result.logs] })
  const { proposalId, voteStart, voteEnd } = created!.args
  return { ...result, proposal: proposalId, snapshot: Number(voteStart), deadline: Number(voteEnd) }
}

async function simulate(
  { chain }: TransactionSender,
  { governor, timelock }: Governance,
  { target, data }: GovernanceCall,
  signal: AbortSignal | undefined,
): Promise<void> {
  // The governor takes its own settings only from a proposal that is being executed: nothing to simulate, `encodeChanges` knows its bounds.
  if (sameAddress(target, governor)) return
  try {
    await abortable(chain.publicClient.call({ account: timelock, to: target, data }), signal)
  } catch (error) {
    const failure = translateChainError(error, { doing: 'execute this proposal', rpcUrl: chain.rpcUrl, details: { target } })
    if (failure.details['error'] !== 'OutOfBounds') throw failure
    throw new QuorateError('PARAMETER_OUT_OF_BOUNDS', failure.message, { details: failure.details, cause: failure })
  }
}
