import type { Address, Hash } from '../../../protocol/types.ts'
import { scoreOracleAbi } from '../../abi/index.ts'
import type { Chain } from '../../connect-chain.ts'
import { readContract } from '../read-contract.ts'
import type { ReadOptions } from '../read-contract.ts'
import type { FeedRules } from './set-feed.ts'

export interface ReadOracleParameters extends ReadOptions {
  oracle: Address
  feed: Hash
}

/** A score that stands. */
export interface StandingScore {
  value: bigint
  /** Unix second of the oldest attestation. */
  time: bigint
  /** 0 while a subject has no score. */
  nonce: bigint
}

/** Rules of a feed, and the number of its signers. Errors: TRANSACTION_REVERTED with `UnknownFeed`, CONTRACT_NOT_FOUND, RPC_UNREACHABLE, CANCELLED. */
export async function readFeed(
  chain: Chain,
  { oracle, feed, ...options }: ReadOracleParameters,
): Promise<FeedRules & { signers: number }> {
  const at = { ...options, address: oracle, abi: scoreOracleAbi, doing: `read feed ${feed}` } as const
  const [rules, signers] = await readContract(chain, { ...at, functionName: 'feedOf', args: [feed] })
  return { ...rules, signers: Number(signers) }
}

/** Whether the attestations of an account count. Errors: CONTRACT_NOT_FOUND, RPC_UNREACHABLE, CANCELLED. */
export async function readIsSigner(
  chain: Chain,
  { oracle, feed, account, ...options }: ReadOracleParameters & { account: Address },
): Promise<boolean> {
  const at = { ...options, address: oracle, abi: scoreOracleAbi, doing: `read the signers of feed ${feed}` } as const
  return readContract(chain, { ...at, functionName: 'isSigner', args: [feed, account] })
}

/** The score that stands, fresh or not. Errors as `readIsSigner`. */
export async function readScore(
  chain: Chain,
  { oracle, feed, subject, ...options }: ReadOracleParameters & { subject: Hash },
): Promise<StandingScore> {
  const at = { ...options, address: oracle, abi: scoreOracleAbi, doing: `read the score of ${subject}` } as const
  return readContract(chain, { ...at, functionName: 'latest', args: [feed, subject] })
}
