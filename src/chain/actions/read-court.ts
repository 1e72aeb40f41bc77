import type { Address } from '../../protocol/types.ts'
import { dataCourtAbi } from '../abi/index.ts'
import type { Chain } from '../connect-chain.ts'
import { readContract } from './read-contract.ts'
import type { ReadOptions } from './read-contract.ts'

export interface ReadCourtParameters extends ReadOptions {
  court: Address
  task: bigint
}

export interface CourtRules {
  /** Token wei that a request puts at stake for each of its units (`courtUnits`). */
  unitBond: bigint
  /** Seconds to answer one. */
  answerWindow: bigint
  /** Shortest answer window that a task may have, and the shortest that is safe, seconds. The first is shorter on a development chain. */
  minWindow: bigint
  fullWindow: bigint
}

/** What a request about a task costs and how long there is to answer it. Errors: CONTRACT_NOT_FOUND, RPC_UNREACHABLE, CANCELLED. */
export async function readCourt(chain: Chain, { court, task, ...options }: ReadCourtParameters): Promise<CourtRules> {
  const doing = 'read the parameters of the court'
  const [unitBond, answerWindow, minWindow, fullWindow] = await Promise.all([
    readContract(chain, { ...options, address: court, abi: dataCourtAbi, functionName: 'unitBond', args: [], doing }),
    readContract(chain, { ...options, address: court, abi: dataCourtAbi, functionName: 'answerWindow', args: [task], doing }),
    readContract(chain, { ...options, address: court, abi: dataCourtAbi, functionName: 'minWindow', args: [], doing }),
    readContract(chain, { ...options, address: court, abi: dataCourtAbi, functionName: 'FULL_WINDOW', args: [], doing }),
  ])
  return { unitBond, answerWindow, minWindow, fullWindow }
}
