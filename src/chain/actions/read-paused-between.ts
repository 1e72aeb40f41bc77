import { roundLedgerAbi } from '../abi/index.ts'
import type { Chain } from '../connect-chain.ts'
import type { Contracts } from '../contracts.ts'
import { readContract } from './read-contract.ts'
import type { ReadOptions } from './read-contract.ts'

export interface ReadPausedBetweenParameters extends ReadOptions {
  ledger: Contracts['ledger']
  /** Unix seconds; `from` included, `to` not. */
  from: number
  to: number
}

/**
 * Seconds of a stretch of chain time in which the contracts were or will be paused, as far as pauses are known: they count towards no
 * deadline. Errors: CONTRACT_NOT_FOUND, RPC_UNREACHABLE, CANCELLED.
 */
export async function readPausedBetween(chain: Chain, parameters: ReadPausedBetweenParameters): Promise<number> {
  const { ledger, from, to, ...options } = parameters
  const seconds = await readContract(chain, {
    ...options,
    address: ledger,
    abi: roundLedgerAbi,
    functionName: 'pausedBetween',
    args: [BigInt(from), BigInt(to)],
    doing: 'read how long the contracts were paused',
  })
  return Number(seconds)
}
