import type { Address, Hash } from '../../protocol/types.ts'
import { modelRegistryAbi } from '../abi/index.ts'
import type { Chain } from '../connect-chain.ts'
import { readContract } from './read-contract.ts'
import type { ReadOptions } from './read-contract.ts'

export interface ReadModelIdParameters extends ReadOptions {
  registry: Address
  task: bigint
  round: bigint
}

/** The registry's entry of a round, named by its claim hash; undefined while it has none. Errors as `readLineage`. */
export async function readModelId(chain: Chain, parameters: ReadModelIdParameters): Promise<Hash | undefined> {
  const { registry, task, round, ...options } = parameters
  const id = await readContract(chain, {
    ...options,
    address: registry,
    abi: modelRegistryAbi,
    functionName: 'idOf',
    args: [task, round],
    doing: `read the entry of round ${round} of task ${task}`,
  })
  return BigInt(id) === 0n ? undefined : id
}
