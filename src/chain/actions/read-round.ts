import { roundLedgerAbi } from '../abi/index.ts'
import type { Chain } from '../connect-chain.ts'
import type { Contracts } from '../contracts.ts'
import type { Address, Hash } from '../../protocol/types.ts'
import { readContract } from './read-contract.ts'
import type { ReadOptions } from './read-contract.ts'

/**
 * In the order of the contract's enum. `none`: not opened yet; `void`: it failed, or a rejection or a quorum dropped it, it will never have
 * a claim; `pruned`: older than the ledger's ring, it was final or void.
 */
export const ROUND_STATUSES = ['none', 'open', 'posted', 'final', 'void', 'pruned'] as const
export type RoundStatus = (typeof ROUND_STATUSES)[number]

export interface ReadRoundParameters extends ReadOptions {
  ledger: Contracts['ledger']
  task: bigint
  round: bigint
}

/** All zero but `status` for a round without claim; an open one has what is known of it. Times are unix seconds. */
export interface Round {
  status: RoundStatus
  claimHash: Hash
  /** Owner address of the operator that has the seat or posted; zero for genesis. */
  operator: Address
  /** The key that held the seat: its receipts bind the operator. */
  operatorKey: Address
  openedAt: number
  sealedAt: number
  postedAt: number
  /** From then on the claim is final, if no quorum made it so before. */
  challengeEnd: number
  /** Hash and number of the sealed rows. */
  digest: Hash
  count: number
  /** Timepoint of the stake and the keys of the members. */
  snapshot: number
  /** Expected members of a drawn round; 0: every member of the snapshot has a row. */
  committee: number
  /** What the committee is drawn with; zero while it is not stored, and in tasks that draw nobody. */
  seed: Hash
}

/** What the ledger holds of one round. Errors as `readTask`. */
export async function readRound(chain: Chain, { ledger, task, round, ...options }: ReadRoundParameters): Promise<Round> {
  const view = await readContract(chain, {
    ...options,
    address: ledger,
    abi: roundLedgerAbi,
    functionName: 'round',
    args: [task, round],
    doing: `read round ${round} of task ${task}`,
  })
  return { ...view, status: ROUND_STATUSES[view.status]! }
}
