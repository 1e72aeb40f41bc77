/**
 * Networks whose gradients have derivatives. tfjs has none of its own for the gradients of convolutions and pooling, and whoever inverts a gradient needs them.
 * One sample at a time, in float64, and for small models only.
 */
export { layersOf } from './layers-of.ts'
export { gradientOf, traceOf } from './gradient.ts'
export type { LabelledImages, Trace, TracedGradient } from './gradient.ts'
export { pullGradient } from './pull-gradient.ts'
export type { Layer, Values } from './layer.ts'
