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

/** The round that can be posted now. Times are unix seconds of the chain; windows are half-open. */
export interface CurrentRound {
  task: bigint
  round: bigint
  /** Owner address of the seat's holder. */
  operator: Address
  /** After a rejection any bonded operator except `operator` may post at once. */
  vacant: boolean
  /** How often this round was rejected before. */
  attempt: number
  openedAt: number
  /** Timepoint of the stake that counts: the second before it opened. */
  snapshot: number
  commitEnd: number
  revealEnd: number
  attestEnd: number
  /** Until then only `operator` may post, unless `vacant`. */
  postEnd: number
  /** Until then any other bonded operator may; from then on anyone may void the round. */
  takeoverEnd: number
  /** The claim hash it must build on. */
  parent: Hash
}

/**
 * The open round of a task with its deadlines. Errors: TASK_NOT_STARTED before the first, and those of `readTask`.
 *
 * @example
 * const { round, snapshot } = await readCurrentRound(chain, { ledger, task: 1n })
 * const { members } = await readMembers(chain, { vault, timepoint: snapshot })
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
  return { task, ...view }
}
