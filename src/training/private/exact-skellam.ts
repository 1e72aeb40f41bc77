import { QuorateError } from '../../core/index.ts'
import { exactPoisson } from './exact-poisson.ts'
import type { Words } from './secret-random.ts'

/** Far more than an int8 has room for. */
const MOST_VARIANCE = 2 ** 16

/**
 * Draws Skellam noise, the difference of two Poisson variables, without any error (`exactPoisson`). Sums of such noise are Skellam noise again: the members of a bucket add a share each, and
 * a member that adds none takes its variance away and nothing else (Agarwal, Kairouz, Liu 2021).
 *
 * @param variance rounded up to a whole number of 2^−16; above 0, at most 2^16
 * @param words of a generator for cryptography
 * @throws QuorateError PRIVACY_PARAMETER for another variance
 * @example const draw = exactSkellam(13.5, secretWords())
 */
export function exactSkellam(variance: number, words: Words): () => number {
  if (!(variance > 0 && variance <= MOST_VARIANCE))
    throw new QuorateError(
      'PRIVACY_PARAMETER',
      `the variance of a share of noise is ${variance}; it has to be above 0 and at most ${MOST_VARIANCE}`,
      {
        details: { parameter: 'variance', value: variance },
      },
    )
  // Half of the variance is the mean of each of the two, in units of 2^−17.
  const poisson = exactPoisson(BigInt(Math.ceil(variance * 2 ** 16)), words)
  return () => poisson() - poisson()
}

/**
 * Adds noise to every coordinate, modulo 2^8 as masks do.
 *
 * @param values int8 of the tensors alone: padding carries no noise. Changed in place
 */
export function addIntegerNoise(values: Int8Array, draw: () => number): void {
  for (let k = 0; k < values.length; k++) values[k] = values[k]! + draw()
}
