import { QuorateError } from '../../core/index.ts'
import type { Hash } from '../../protocol/index.ts'
import { claimsOfWeights } from './claims-of-weights.ts'
import type { ClaimsOfWeightsOptions } from './claims-of-weights.ts'
import { readWeightsFile } from './weights-file.ts'

/**
 * SHA-256 of a file with the weights of a round's model.
 *
 * @throws QuorateError CARD_MISMATCH for a file of another model, and those of `readWeightsFile` and `claimsOfWeights`
 */
export async function digestOfModel(
  path: string,
  { round, ...options }: ClaimsOfWeightsOptions & { task: bigint; round: bigint },
): Promise<Hash> {
  const file = await readWeightsFile(path)
  const claims = await claimsOfWeights(file, options)
  if (claims.some((claim) => claim.round === round)) return file.digest
  throw new QuorateError('CARD_MISMATCH', `${path} does not hold the model of round ${round} of task ${options.task}`, {
    details: { path, rounds: claims.map((claim) => claim.round.toString()) },
  })
}
