/** What differential privacy costs in accuracy. */
export { trainingWithin } from './training-within.ts'
export type { LabPrivacy } from './training-within.ts'
export { noiseMarkdown, summariseNoise } from './summarise-noise.ts'
export type { NoisePoint, NoiseRun } from './summarise-noise.ts'
export { noisePlot } from './noise-plot.ts'
export type { NoiseSeries } from './noise-plot.ts'
