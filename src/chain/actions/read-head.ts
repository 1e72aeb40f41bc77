import { roundLedgerAbi } from '../abi/index.ts'
import type { Chain } from '../connect-chain.ts'
import type { Contracts } from '../contracts.ts'
import type { Hash } from '../../protocol/types.ts'
import { readContract } from './read-contract.ts'
import type { ReadOptions } from './read-contract.ts'

export interface ReadHeadParameters extends ReadOptions {
  ledger: Contracts['ledger']
  task: bigint
}

export interface Head {
  round: bigint
  claimHash: Hash
}

/** The last claim that stands, final or not; round 0 is the genesis claim. Errors as `readTask`. */
export async function readHead(chain: Chain, { ledger, task, ...options }: ReadHeadParameters): Promise<Head> {
  const [round, claimHash] = await readContract(chain, {
    ...options,
    address: ledger,
    abi: roundLedgerAbi,
    functionName: 'head',
    args: [task],
    doing: `read the head of task ${task}`,
  })
  return { round, claimHash }
}
