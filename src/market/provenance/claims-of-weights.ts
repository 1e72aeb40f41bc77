import { readFinality, readTaskCount, readTaskSpec } from '../../chain/index.ts'
import type { Chain, Contracts } from '../../chain/index.ts'
import { lowerHex, modelRoot, toHex } from '../../protocol/index.ts'
import type { Hash } from '../../protocol/index.ts'
import { readTaskClaims } from '../../replay/index.ts'
import { modelOfWeights } from './model-of-weights.ts'
import type { WeightsFile } from './weights-file.ts'

export interface ClaimsOfWeightsOptions {
  chain: Chain
  contracts: Pick<Contracts, 'ledger' | 'vault' | 'distributor'>
  /** Only this task; all tasks of the ledger if left out. */
  task?: bigint | undefined
  fromBlock?: bigint
  signal?: AbortSignal
}

/** A claim whose model has the weights. */
export interface ClaimOfWeights {
  task: bigint
  /** 0: the model that the task started from. */
  round: bigint
  /** Claim hash. */
  id: Hash
  modelRoot: Hash
  final: boolean
  /** False where a weight is so large that another model has the same float32: docs/provenance.md. */
  exact: boolean
}

/**
 * Which claims a file with weights is the model of, by ascending task and round. A model may be that of several: a round without a step leaves it
 * as it was, and a successor starts from the last model of its predecessor. Only the chain is asked and trusted.
 *
 * @throws QuorateError CONTRACT_NOT_FOUND, CLAIM_MISMATCH, RPC_UNREACHABLE
 * @example const [newest] = (await claimsOfWeights(await readWeightsFile('wards.safetensors'), { chain, contracts })).toReversed()
 */
export async function claimsOfWeights(
  { values }: Pick<WeightsFile, 'values'>,
  options: ClaimsOfWeightsOptions,
): Promise<ClaimOfWeights[]> {
  const { chain, contracts, fromBlock, signal } = options
  const found: ClaimOfWeights[] = []
  const last = options.task ?? (await readTaskCount(chain, { ledger: contracts.ledger, signal }))
  for (let task = options.task ?? 1n; task <= last; task++) {
    const { tensors } = await readTaskSpec(chain, { ledger: contracts.ledger, task, fromBlock, signal })
    const weights = modelOfWeights(tensors, values)
    if (weights === undefined) continue
    const root = toHex(modelRoot(weights.model))
    const { genesis, history } = await readTaskClaims({ chain, contracts, task, fromBlock, signal })
    const claims = [
      { round: 0n, id: genesis.id, claim: genesis.claim },
      ...history.claims().map(({ round, claimHash: id, claim }) => ({ round, id, claim })),
    ]
    for (const { round, id, claim } of claims) {
      if (lowerHex(claim.modelRoot) !== root) continue
      const final = round === 0n || (await readFinality(chain, { ledger: contracts.ledger, task, round, signal })).final
      found.push({ task, round, id, modelRoot: root, final, exact: weights.exact })
    }
  }
  return found
}
