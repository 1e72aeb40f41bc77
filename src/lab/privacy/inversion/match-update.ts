import { QuorateError } from '../../../core/index.ts'
import type { Random } from '../../../training/index.ts'
import type { Values } from '../network/index.ts'
import { cosineDistance } from './cosine-distance.ts'
import { pullSteps, takeSteps } from './local-steps.ts'
import type { LocalSteps } from './local-steps.ts'
import { totalVariation } from './total-variation.ts'

export interface MatchOptions {
  /** How the attacker believes that the update was made. */
  steps: LocalSteps
  /** The update that was seen, in floats. */
  seen: Values
  /** Classes of the images that are looked for. */
  labels: ArrayLike<number>
  /** Pixels of an image. */
  pixels: number
  iterations: number
  /** Weight of the total variation. */
  smoothness: number
  /** How often the attacker begins anew; the start whose update comes closest counts. */
  restarts: number
  random: Random
  signal?: AbortSignal | undefined
  /** Called after each iteration. */
  onIteration?: (() => Promise<void>) | undefined
}

export interface Matched {
  images: Values[]
  /** Cosine distance of the update that the images would give from the one that was seen. */
  distance: number
}

/** Adam as its paper has it; the step falls as in Geiping et al. 2020. */
const FIRST = 0.9
const SECOND = 0.999
const RATE = 0.1
/** Parts of the iterations after which the step falls to a tenth. */
const FALLS = [3 / 8, 5 / 8, 7 / 8]

/**
 * Inverts an update: looks for images on which training would have given it. The distance is that of Geiping et al. 2020 (cosine and total variation, Adam on the
 * sign of the gradient, pixels kept within 0…1), which goes back to Zhu et al. 2019 ("Deep Leakage from Gradients").
 *
 * @throws QuorateError CANCELLED
 */
export async function matchUpdate(options: MatchOptions): Promise<Matched> {
  let best: Matched | undefined
  for (let restart = 0; restart < options.restarts; restart++) {
    const found = await fromOneStart(options)
    if (!best || found.distance < best.distance) best = found
  }
  return best!
}

async function fromOneStart({
  steps,
  seen,
  labels,
  pixels,
  iterations,
  smoothness,
  random,
  signal,
  onIteration,
}: MatchOptions): Promise<Matched> {
  const images = Array.from({ length: labels.length }, () => Float64Array.from({ length: pixels }, () => random.unit()))
  const means = images.map(() => new Float64Array(pixels))
  const squares = images.map(() => new Float64Array(pixels))
  for (let iteration = 1; iteration <= iterations; iteration++) {
    if (signal?.aborted) throw new QuorateError('CANCELLED', 'the attack was interrupted')
    const taken = takeSteps(steps, { images, labels })
    const pulled = pullSteps(steps, { images, labels }, taken, cosineDistance(taken.update, seen).gradient)
    const fallen = FALLS.filter((part) => iteration > part * iterations).length
    for (const [i, image] of images.entries()) {
      const { gradient } = totalVariation(image)
      for (let k = 0; k < pixels; k++) {
        const sign = Math.sign(pulled[i]![k]! + smoothness * gradient[k]!)
        const mean = (means[i]![k] = FIRST * means[i]![k]! + (1 - FIRST) * sign)
        const square = (squares[i]![k] = SECOND * squares[i]![k]! + (1 - SECOND) * sign ** 2)
        const step = mean / (1 - FIRST ** iteration) / (Math.sqrt(square / (1 - SECOND ** iteration)) + 1e-8)
        image[k] = Math.min(1, Math.max(0, image[k]! - RATE * 0.1 ** fallen * step))
      }
    }
    await onIteration?.()
  }
  return { images, distance: cosineDistance(takeSteps(steps, { images, labels }).update, seen).distance }
}
