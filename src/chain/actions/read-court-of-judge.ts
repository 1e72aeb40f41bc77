import type { Address } from '../../protocol/types.ts'
import { fraudJudgeAbi } from '../abi/index.ts'
import type { Chain } from '../connect-chain.ts'
import type { Contracts } from '../contracts.ts'
import { readContract } from './read-contract.ts'
import type { ReadOptions } from './read-contract.ts'

export interface ReadCourtOfJudgeParameters extends ReadOptions {
  judge: Contracts['judge']
}

/** The court that a judge listens to; the zero address for none. Errors: CONTRACT_NOT_FOUND, RPC_UNREACHABLE, CANCELLED. */
export function readCourtOfJudge(chain: Chain, { judge, ...options }: ReadCourtOfJudgeParameters): Promise<Address> {
  return readContract(chain, {
    ...options,
    address: judge,
    abi: fraudJudgeAbi,
    functionName: 'court',
    args: [],
    doing: 'find the court of the judge',
  })
}
