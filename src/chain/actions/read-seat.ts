import { roundLedgerAbi } from '../abi/index.ts'
import type { Chain } from '../connect-chain.ts'
import type { Contracts } from '../contracts.ts'
import type { Address } from '../../protocol/types.ts'
import { readContract } from './read-contract.ts'
import type { ReadOptions } from './read-contract.ts'

export interface ReadSeatParameters extends ReadOptions {
  ledger: Contracts['ledger']
  task: bigint
  /** Owner address. */
  operator: Address
}

/** What is held against an operator of a task, and from which second on it may take the empty seat (0 while somebody has it). */
export interface SeatWait {
  fails: number
  from: number
}

/** Errors as `readTask`. */
export async function readSeat(chain: Chain, { ledger, task, operator, ...options }: ReadSeatParameters): Promise<SeatWait> {
  const [fails, from] = await readContract(chain, {
    ...options,
    address: ledger,
    abi: roundLedgerAbi,
    functionName: 'seatFrom',
    args: [task, operator],
    doing: `read the seat of task ${task}`,
  })
  return { fails: Number(fails), from: Number(from) }
}
