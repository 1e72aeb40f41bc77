import type { Address, Hash } from '../../protocol/types.ts'
import { modelRegistryAbi } from '../abi/index.ts'
import type { Chain } from '../connect-chain.ts'
import { readContract } from './read-contract.ts'
import type { ReadOptions } from './read-contract.ts'
import type { ModelMetadata } from './register-model.ts'

export interface ReadLineageParameters extends ReadOptions {
  registry: Address
  /** Claim hash of the round the model came from. */
  id: Hash
}

/** An entry of the registry; genesis (round 0) has neither evidence nor metadata, and its parent is the specification's hash. */
export interface RegisteredModel {
  id: Hash
  task: bigint
  round: bigint
  /** Unix second. */
  registeredAt: number
  parent: Hash
  modelRoot: Hash
  evidence: Hash
  metadata: ModelMetadata
}

/** Entries a call asks for. */
const PAGE = 128n

/**
 * A registered model and its ancestors, newest first, to genesis.
 *
 * Errors: TRANSACTION_REVERTED with `UnknownModel`, CONTRACT_NOT_FOUND, RPC_UNREACHABLE, CANCELLED.
 *
 * @example
 * const lineage = await readLineage(chain, { registry, id: claimHash })
 */
export async function readLineage(chain: Chain, parameters: ReadLineageParameters): Promise<RegisteredModel[]> {
  const { registry, id, ...options } = parameters
  const lineage: RegisteredModel[] = []
  for (let next = id; BigInt(next) !== 0n;) {
    const [ids, models, after] = await readContract(chain, {
      ...options,
      address: registry,
      abi: modelRegistryAbi,
      functionName: 'lineage',
      args: [next, PAGE],
      doing: `read the lineage of model ${id}`,
    })
    models.forEach((model, index) => lineage.push({ ...model, id: ids[index]! }))
    next = after
  }
  return lineage
}
