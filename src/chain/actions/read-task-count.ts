import { roundLedgerAbi } from '../abi/index.ts'
import type { Chain } from '../connect-chain.ts'
import type { Contracts } from '../contracts.ts'
import { readContract } from './read-contract.ts'
import type { ReadOptions } from './read-contract.ts'

/** How many tasks a ledger has; they have the numbers from 1 on. Errors: CONTRACT_NOT_FOUND, RPC_UNREACHABLE, CANCELLED. */
export function readTaskCount(chain: Chain, { ledger, ...options }: ReadOptions & Pick<Contracts, 'ledger'>): Promise<bigint> {
  const doing = 'count the tasks'
  return readContract(chain, { ...options, doing, address: ledger, abi: roundLedgerAbi, functionName: 'taskCount', args: [] })
}
