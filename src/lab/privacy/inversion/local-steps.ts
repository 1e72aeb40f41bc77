import { gradientOf, pullGradient } from '../network/index.ts'
import type { LabelledImages, Layer, Trace, Values } from '../network/index.ts'

/** Training as an attacker imagines it: SGD with momentum, one batch after the other. */
export interface LocalSteps {
  layers: readonly Layer[]
  /** Where training begins. */
  start: Values
  rate: number
  momentum: number
  /** Images of a step; the last step of an epoch may have fewer. */
  batchSize: number
  epochs: number
}

/** What a training did, with what its derivative needs. */
export interface StepsTaken {
  /** Trained minus start. */
  update: Values
  /** Parameters before each step, and what the images of the step left. */
  steps: { parameters: Values; traces: Trace[] }[]
}

/** The update of a member that trained on these images, in their order. */
export function takeSteps(
  { layers, start, rate, momentum, batchSize, epochs }: LocalSteps,
  { images, labels }: LabelledImages,
): StepsTaken {
  const steps: StepsTaken['steps'] = []
  let parameters = start
  let velocity = new Float64Array(start.length)
  for (const batch of batches({ images, labels }, batchSize, epochs)) {
    const { gradient, traces } = gradientOf(layers, parameters, batch)
    steps.push({ parameters, traces })
    velocity = velocity.map((value, k) => momentum * value + gradient[k]!)
    const moved = new Float64Array(start.length)
    for (let k = 0; k < moved.length; k++) moved[k] = parameters[k]! - rate * velocity[k]!
    parameters = moved
  }
  return { update: parameters.map((value, k) => value - start[k]!), steps }
}

/**
 * How ⟨direction, update⟩ changes with the pixels: back-propagation through all steps.
 *
 * @returns one array for each image
 */
export function pullSteps(
  { layers, rate, momentum, batchSize, epochs }: LocalSteps,
  { images, labels }: LabelledImages,
  taken: StepsTaken,
  direction: Values,
): Values[] {
  const pulled = images.map((image) => new Float64Array(image.length))
  const steps = batches({ images, labels }, batchSize, epochs)
  let byParameters = direction
  let byVelocity = new Float64Array(direction.length)
  for (let step = steps.length - 1; step >= 0; step--) {
    const { first, labels: classes } = steps[step]!
    const { parameters, traces } = taken.steps[step]!
    const byGradient = byVelocity.map((value, k) => value - rate * byParameters[k]!)
    const back = pullGradient({ layers, parameters, labels: classes, traces, direction: byGradient, hessian: step > 0 })
    for (const [i, change] of back.images.entries()) add(pulled[first + i]!, change)
    if (step === 0) break
    byParameters = byParameters.map((value, k) => value + back.parameters![k]!)
    byVelocity = byGradient.map((value) => momentum * value)
  }
  return pulled
}

function batches({ images, labels }: LabelledImages, batchSize: number, epochs: number): (LabelledImages & { first: number })[] {
  const all = Array.from(labels)
  const firsts = Array.from({ length: Math.ceil(images.length / batchSize) }, (_, i) => i * batchSize)
  const epoch = firsts.map((first) => ({
    first,
    images: images.slice(first, first + batchSize),
    labels: all.slice(first, first + batchSize),
  }))
  return Array.from({ length: epochs }, () => epoch).flat()
}

function add(into: Values, values: Values): void {
  for (let k = 0; k < into.length; k++) into[k]! += values[k]!
}
