/** Updates of fewer bytes: a round carries some segments of the model, and values have fewer bits. */
export { carriedOf, mergeReference } from './carried.ts'
export { drawSegments } from './draw-segments.ts'
export { coarserTensors, leastNormSq, mostOf } from './small-values.ts'
