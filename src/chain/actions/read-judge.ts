import { roundLedgerAbi } from '../abi/index.ts'
import type { Chain } from '../connect-chain.ts'
import type { Address } from '../../protocol/types.ts'
import { readContract } from './read-contract.ts'
import type { ReadTaskParameters } from './read-task.ts'

/** The judge of a task; zero for a task that does not exist. Errors: CONTRACT_NOT_FOUND, RPC_UNREACHABLE, CANCELLED. */
export function readJudge(chain: Chain, { ledger, task, ...options }: ReadTaskParameters): Promise<Address> {
  return readContract(chain, {
    ...options,
    address: ledger,
    abi: roundLedgerAbi,
    functionName: 'judgeOf',
    args: [task],
    doing: `read the judge of task ${task}`,
  })
}
