import { roundLedgerAbi } from '../abi/index.ts'
import type { Chain } from '../connect-chain.ts'
import type { Contracts } from '../contracts.ts'
import type { Address, Hash } from '../../protocol/types.ts'
import { readContract } from './read-contract.ts'
import type { ReadOptions } from './read-contract.ts'

export interface ReadCurrentRoundParameters extends ReadOptions {
  ledger: Contracts['ledger']
  task: bigint
}

/** In the order of the contract's enum: nobody's round is open; it takes commitments; its rows are fixed. */
export const SEAT_STATES = ['empty', 'commit', 'sealed'] as const
export type SeatState = (typeof SEAT_STATES)[number]

/** The open round, or what stands before the next. Times are unix seconds of the chain; windows are half-open. */
export interface CurrentRound {
  task: bigint
  state: SeatState
  /** With state `empty` the number that opens next. */
  round: bigint
  /** Owner address of the seat's holder; zero for nobody. With state `empty` the holder waits for a place in the ring. */
  operator: Address
  /** The key that took or kept the seat. */
  operatorKey: Address
  /** Since when nobody has the seat; 0 if somebody has it. */
  emptySince: number
  /** With state `empty`: from when on the ring has a place; 0 if it has one. */
  ringFinalAt: number
  openedAt: number
  /** Timepoint of the stake and the keys of the members: the second before it opened, in drawn tasks the entry delay before that. */
  snapshot: number
  commitEnd: number
  /** Until then the round may be sealed; from then on anyone may fail it. */
  sealEnd: number
  /** What the seal must name. */
  forcedHash: Hash
  /** As everything below but `parent`, 0 before the seal. */
  sealedAt: number
  digest: Hash
  count: number
  revealEnd: number
  attestEnd: number
  /** Until then the claim may be posted; from then on anyone may fail the round. */
  postEnd: number
  /** The claim hash it must build on. */
  parent: Hash
  /** Expected members of a drawn round; 0: every member of the snapshot has a row. */
  committee: number
  /** Of a drawn round: the block in which it opened; the seed is that of the fourth block after it. */
  openedBlock: number
  /** What the committee is drawn with; zero while it is not stored. */
  seed: Hash
}

/**
 * Where a task stands, with its deadlines. Errors: those of `readTask`.
 *
 * @example
 * const current = await readCurrentRound(chain, { ledger, task: 1n })
 * const { members } = await readCommittee(chain, { vault, ...current })
 */
export async function readCurrentRound(chain: Chain, parameters: ReadCurrentRoundParameters): Promise<CurrentRound> {
  const { ledger, task, ...options } = parameters
  const view = await readContract(chain, {
    ...options,
    address: ledger,
    abi: roundLedgerAbi,
    functionName: 'current',
    args: [task],
    doing: `read the current round of task ${task}`,
  })
  return { task, ...view, state: SEAT_STATES[view.state]! }
}
