import type { Random } from '../../../training/index.ts'
import { traceOf } from '../network/index.ts'
import type { Layer, Values } from '../network/index.ts'

/** Grey images that stand for what the model says to anything. */
const PROBES = 16

export interface LabelInput {
  layers: readonly Layer[]
  /** Where training began. */
  parameters: Values
  /** Gradient that was seen, of any positive scale for one image and of the true scale for several. */
  gradient: Values
  count: number
  random: Pick<Random, 'unit'>
}

/**
 * Which classes the images of a gradient have. The gradient by the bias of a class is the mean share that the model gives to the class, minus the share of images that are
 * of it. For one image it is negative for the true class alone (iDLG, Zhao et al. 2020); for several the model's shares are guessed from noise (Wainakh et al. 2022, "User-Level Label Leakage from
 * Gradients in Federated Learning").
 *
 * @returns classes in ascending order; images of one class as often as they seem to be there
 */
export function inferLabels({ layers, parameters, gradient, count, random }: LabelInput): number[] {
  const last = layers.at(-1)!
  const bias = gradient.subarray(gradient.length - last.outputs)
  const usual = usualShares(layers, parameters, random)
  const left = usual.map((share, k) => count * (share - bias[k]!))
  const labels = Array.from({ length: count }, () => {
    const label = left.indexOf(left.reduce((a, b) => Math.max(a, b)))
    left[label]! -= 1
    return label
  })
  return labels.sort((a, b) => a - b)
}

/** How many of the labels are right, as multisets. */
export function countRight(inferred: readonly number[], labels: ArrayLike<number>): number {
  const left = Array.from(labels)
  return inferred.filter((label) => {
    const at = left.indexOf(label)
    if (at >= 0) left.splice(at, 1)
    return at >= 0
  }).length
}

function usualShares(layers: readonly Layer[], parameters: Values, random: LabelInput['random']): Values {
  const sum = new Float64Array(layers.at(-1)!.outputs)
  for (let probe = 0; probe < PROBES; probe++) {
    const image = Float64Array.from({ length: layers[0]!.inputs }, () => random.unit())
    const { shares } = traceOf(layers, parameters, image)
    for (let k = 0; k < sum.length; k++) sum[k]! += shares[k]! / PROBES
  }
  return sum
}
