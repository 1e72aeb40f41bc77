import type { TensorSpec } from '../protocol/types.ts'
import { tensorLayout } from './layout.ts'
import type { ModelDefinition } from './models/model-definition.ts'
import { createRandom } from './random.ts'

/**
 * The model of round 0, the same bit for bit for everyone with the same seed: weights uniform in ±sqrt(6 / fanIn) (He et al. 2015),
 * biases zero, computed in integers only.
 *
 * @returns int32[D], padding zero
 * @example genesisModel(mlp, spec.tensors, document.seed)
 */
export function genesisModel(
  definition: ModelDefinition,
  specs: readonly Pick<TensorSpec, 'modelExponent'>[],
  seed: number,
): Int32Array {
  const layout = tensorLayout(definition.tensors)
  const model = new Int32Array(layout.paddedLength)
  for (const [index, { name, offset, length }] of layout.tensors.entries()) {
    const { fanIn } = definition.tensors[index]!
    if (fanIn === 0) continue
    const limit = uniformLimit(fanIn, specs[index]!.modelExponent)
    const random = createRandom(seed, 'genesis', name)
    for (let k = offset; k < offset + length; k++) {
      // 24 random bits times at most 2^29 stays below 2^53, so the product is exact.
      model[k] = Math.floor(((random.uint32() >>> 8) * (2 * limit + 1)) / 2 ** 24) - limit
    }
  }
  return model
}

/** floor(sqrt(6 / fanIn) · 2^−exponent), for exponents −26…0. */
function uniformLimit(fanIn: number, exponent: number): number {
  const squared = (6n << BigInt(-2 * exponent)) / BigInt(fanIn)
  let root = BigInt(Math.floor(Math.sqrt(Number(squared))))
  // The float root may be off by one either way; the integer comparison settles it.
  while (root * root > squared) root--
  while ((root + 1n) * (root + 1n) <= squared) root++
  return Number(root)
}
