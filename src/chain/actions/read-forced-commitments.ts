import { encodeEventTopics } from 'viem'
import type { Address, Hash } from '../../protocol/types.ts'
import { roundLedgerAbi } from '../abi/index.ts'
import { abortable } from '../abortable.ts'
import type { Chain } from '../connect-chain.ts'
import { toLedgerEvent } from '../events/ledger-event.ts'
import { readLogs } from '../events/read-logs.ts'
import { translateChainError } from '../translate-chain-error.ts'
import type { ReadClaimParameters } from './read-claim.ts'

export interface ForcedCommitment {
  /** Owner address. */
  member: Address
  commitment: Hash
}

/** The commitments that members put on chain themselves in a round, in order. Errors: RPC_UNREACHABLE, CANCELLED. */
export async function readForcedCommitments(chain: Chain, parameters: ReadClaimParameters): Promise<ForcedCommitment[]> {
  const { ledger, task, round, fromBlock = 0n, signal } = parameters
  try {
    const toBlock = await abortable(chain.publicClient.getBlockNumber(), signal)
    const topics = encodeEventTopics({ abi: roundLedgerAbi, eventName: 'ForcedCommitment', args: { task, round } })
    const logs = await readLogs(chain, { address: ledger, topics, fromBlock, toBlock, signal })
    return logs
      .map((log) => toLedgerEvent(log, { ledger }))
      .filter((event) => event?.type === 'forced')
      .map(({ member, commitment }) => ({ member, commitment }))
  } catch (error) {
    throw translateChainError(error, { doing: `read the forced commitments of round ${round}`, rpcUrl: chain.rpcUrl })
  }
}
