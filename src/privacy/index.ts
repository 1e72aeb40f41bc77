/**
 * The accountant of differential privacy: how much a member's updates tell about one record of its data (docs/privacy.md).
 *
 * Pure: numbers in, numbers out. Assumes Poisson sampling, clipping record by record, and neighbours that differ by one record added or removed.
 *
 * @example
 * const noiseMultiplier = noiseFor({ epsilon: 3, delta: 1e-5, samplingRate: 0.01, steps: 2000 })
 * epsilonOf([{ noiseMultiplier, samplingRate: 0.01, steps: 1000 }], 1e-5)                        // spent at half time
 * stepsLeft([], { noiseMultiplier, samplingRate: 0.01 }, { epsilon: 3, delta: 1e-5 })            // 2000
 */
export { addUpSpending } from './add-up.ts'
export type { StatedSpending } from './add-up.ts'
export { epsilonOf } from './epsilon-of.ts'
export { countedShares, integerL1, roundedL2 } from './integer-sensitivity.ts'
export { noiseFor } from './noise-for.ts'
export type { NoiseForOptions } from './noise-for.ts'
export { OPACUS_ORDERS, ORDERS } from './orders.ts'
export type { PrivacyBudget, PrivacyEvent, SampledGaussian } from './parameters.ts'
export { LEAST_PLD_DELTA, pldDelta, pldEpsilon } from './pld/pld-epsilon.ts'
export { bucketRdp } from './rdp/bucket-noise.ts'
export type { BucketNoise } from './rdp/bucket-noise.ts'
export { composeRdp, rdpOf } from './rdp/compose.ts'
export type { RepeatedRelease } from './rdp/compose.ts'
export { rdpToEpsilon } from './rdp/convert.ts'
export type { RdpCurve } from './rdp/convert.ts'
export { closeness, discreteGaussianRdp } from './rdp/discrete-gaussian.ts'
export type { DiscreteGaussianShares } from './rdp/discrete-gaussian.ts'
export { gaussianRdp } from './rdp/gaussian.ts'
export { sampledGaussianRdp } from './rdp/sampled-gaussian.ts'
export { skellamRdp } from './rdp/skellam.ts'
export type { IntegerNoise } from './rdp/skellam.ts'
export { stepsLeft } from './steps-left.ts'
