import type { Address } from '../../protocol/types.ts'
import { dataCourtAbi } from '../abi/index.ts'
import type { Chain } from '../connect-chain.ts'
import { readContract } from './read-contract.ts'
import type { ReadOptions } from './read-contract.ts'

export interface ReadMayAskParameters extends ReadOptions {
  court: Address
  task: bigint
  round: bigint
  /** Owner address or current key of an account. */
  caller: Address
}

/** Whether an account belongs to the committee of a round, whose members alone ask the court. Errors: CONTRACT_NOT_FOUND, RPC_UNREACHABLE, CANCELLED. */
export async function readMayAsk(chain: Chain, parameters: ReadMayAskParameters): Promise<boolean> {
  const { court, task, round, caller, ...options } = parameters
  return readContract(chain, {
    ...options,
    address: court,
    abi: dataCourtAbi,
    doing: `read whether ${caller} may ask the court about round ${round}`,
    functionName: 'mayAsk',
    args: [task, round, caller] as const,
  })
}
