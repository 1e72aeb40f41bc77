import { decodeEventLog, encodeEventTopics } from 'viem'
import type { Address, Hash } from '../../../protocol/types.ts'
import { scoreOracleAbi } from '../../abi/index.ts'
import type { Chain } from '../../connect-chain.ts'
import { readLogs } from '../../events/read-logs.ts'
import type { StandingScore } from './read-oracle.ts'

export interface ReadScoresParameters {
  oracle: Address
  feed: Hash
  /** Default 0: the block of the deployment saves requests. */
  fromBlock?: bigint
  signal?: AbortSignal | undefined
}

export interface SubjectScore extends StandingScore {
  subject: Hash
  /** Lowest and highest attestation behind the median. */
  lowest: bigint
  highest: bigint
}

/** The newest score of each subject of a feed, from the events of the oracle. Errors: RPC_UNREACHABLE, CANCELLED. */
export async function readScores(
  chain: Chain,
  { oracle: address, feed, fromBlock = 0n, signal }: ReadScoresParameters,
): Promise<SubjectScore[]> {
  const toBlock = await chain.publicClient.getBlockNumber()
  const topics = encodeEventTopics({ abi: scoreOracleAbi, eventName: 'Scored', args: { feed } })
  const newest = new Map<Hash, SubjectScore>()
  for (const { data, topics: found } of await readLogs(chain, { address, topics, fromBlock, toBlock, signal })) {
    const { args } = decodeEventLog({ abi: scoreOracleAbi, eventName: 'Scored', data, topics: found })
    const { subject, value, lowest, highest, time, nonce } = args
    newest.set(subject, { subject, value, lowest, highest, time, nonce })
  }
  return [...newest.values()]
}
