import type { Address, Hash } from '../../protocol/types.ts'
import { modelRegistryAbi } from '../abi/index.ts'
import type { Chain } from '../connect-chain.ts'
import { readContract } from './read-contract.ts'
import type { ReadOptions } from './read-contract.ts'

export interface ReadWitnessedParameters extends ReadOptions {
  registry: Address
  /** Claim hash. */
  id: Hash
}

/** Whether a later claim showed the registry that this one is final (`witnessClaim`). Errors as `readLineage`, without `UnknownModel`. */
export async function readWitnessed(chain: Chain, { registry, id, ...options }: ReadWitnessedParameters): Promise<boolean> {
  return readContract(chain, {
    ...options,
    address: registry,
    abi: modelRegistryAbi,
    functionName: 'witnessed',
    args: [id],
    doing: `read whether claim ${id} is known to be final`,
  })
}
