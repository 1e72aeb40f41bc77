import { encodeEventTopics } from 'viem'
import type { Address, Claim, Hash } from '../../protocol/types.ts'
import { roundLedgerAbi } from '../abi/index.ts'
import { abortable } from '../abortable.ts'
import type { Chain } from '../connect-chain.ts'
import type { Contracts } from '../contracts.ts'
import { toLedgerEvent } from '../events/ledger-event.ts'
import type { LedgerEvent } from '../events/ledger-event.ts'
import { readLogs } from '../events/read-logs.ts'
import { standingClaims } from '../events/standing-claims.ts'
import { translateChainError } from '../translate-chain-error.ts'
import { readRound } from './read-round.ts'
import type { RoundStatus } from './read-round.ts'

export interface ReadClaimParameters {
  ledger: Contracts['ledger']
  task: bigint
  round: bigint
  /** Where to begin looking; default 0. */
  fromBlock?: bigint
  signal?: AbortSignal
}

export interface PostedRound {
  claim: Claim
  claimHash: Hash
  /** Owner address of the operator that posted it. */
  operator: Address
  status: RoundStatus
  blockNumber: bigint
  transactionHash: Hash
}

/**
 * The claim that stands for a round; undefined when none does (the round is open, void, or before the first). The ledger stores only a
 * claim's hash; the claim itself is in the `Posted` event, which is checked against that hash as long as the round is in the ledger's ring.
 *
 * Errors: CLAIM_MISMATCH, RPC_UNREACHABLE, CANCELLED.
 *
 * @example
 * const base = await readClaim(chain, { ledger, task: 1n, round: head.round })
 */
export async function readClaim(chain: Chain, parameters: ReadClaimParameters): Promise<PostedRound | undefined> {
  const { ledger, task, round, fromBlock = 0n, signal } = parameters
  try {
    const [{ status, claimHash }, toBlock] = await Promise.all([
      readRound(chain, { ledger, task, round, signal }),
      abortable(chain.publicClient.getBlockNumber(), signal),
    ])
    if (status !== 'posted' && status !== 'final' && status !== 'pruned') return undefined
    // In the ring the ledger names the claim. Beyond it the history tells: a rejection of an earlier round dropped this one too.
    const standing = eventTopics('Posted', { task, round, claimHash })
    const [task_] = eventTopics('Posted', { task }).slice(1)
    const history = [[...eventTopics('Posted'), ...eventTopics('Rejected')] as Hash[], task_!]
    const topics = status === 'pruned' ? history : standing
    const logs = await readLogs(chain, { address: ledger, topics, fromBlock, toBlock, signal })
    const events = logs.map((log) => toLedgerEvent(log, { ledger })).filter((event): event is LedgerEvent => event !== undefined)
    const event = standingClaims(events).find((event) => event.round === round)
    if (event === undefined) return undefined
    const { claim, operator, blockNumber, transactionHash } = event
    return { claim, claimHash: event.claimHash, operator, status, blockNumber, transactionHash }
  } catch (error) {
    throw translateChainError(error, { doing: `read the claim of round ${round}`, rpcUrl: chain.rpcUrl })
  }
}

function eventTopics(eventName: 'Posted' | 'Rejected', args?: { task?: bigint; round?: bigint; claimHash?: Hash }): Hash[] {
  return encodeEventTopics({ abi: roundLedgerAbi, eventName, args }) as Hash[]
}
