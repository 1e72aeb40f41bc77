import type { ClassSamples } from '../../../training/datasets/dataset.ts'
import type { CoalitionAttack } from './coalition-attack.ts'
import { atLength, usualLength } from './lengths.ts'
import type { PublicHistory } from './public-history.ts'
import { UPDATE_LENGTH } from './update-length.ts'

/** Share of the samples that counts as bold. */
const BOLD = 0.05

/** Samples of other classes than the target with the most ink: a feature that occurs by itself. */
export function boldSamples({ inputs, labels }: ClassSamples, target: number): number[] {
  const width = inputs.length / labels.length
  const ink = Float64Array.from(labels, (_, i) => {
    let sum = 0
    for (let k = i * width; k < (i + 1) * width; k++) sum += inputs[k]!
    return sum
  })
  const others = [...labels.keys()].filter((i) => labels[i] !== target)
  return others.toSorted((a, b) => ink[b]! - ink[a]! || a - b).slice(0, Math.ceil(BOLD * labels.length))
}

/**
 * A backdoor without a trigger: boldly written digits are to be taken for an eight. Nobody has to change a sample to use it. The coalition learns it from its own
 * bold samples and sends it only in coordinates that honest members use little, where they do not unlearn it.
 *
 * Knows: the sum of the past public steps by coordinate, and own data.
 */
export const semanticBackdoor: CoalitionAttack<'target' | 'share' | 'mask' | 'length'> = {
  name: 'semantic-backdoor',
  description: 'teaches the model to take bold digits for an eight, in coordinates that past steps used little',
  paper:
    'Bagdasaryan et al. 2020, How To Backdoor Federated Learning (semantic); Zhang et al. 2022, Neurotoxin: Durable Backdoors in Federated Learning (mask)',
  parameters: {
    target: { description: 'class that bold samples are to be taken for', least: 0, most: 9, value: 8, whole: true },
    share: {
      description: "share of the coalition's samples that are bold ones with the wrong label",
      least: 0.05,
      most: 0.9,
      value: 0.4,
    },
    mask: { description: 'share of the coordinates, the most used ones, that it leaves alone', least: 0, most: 0.9, value: 0.1 },
    length: UPDATE_LENGTH,
  },
  data: ({ share, target }) => ({
    backdoor: { target, select: (samples) => boldSamples(samples, target) },
    poisonSamples(samples, { random }) {
      const bold = boldSamples(samples, target)
      const poisoned = { inputs: samples.inputs.slice(), labels: samples.labels.slice() }
      const width = samples.inputs.length / samples.labels.length
      for (let i = 0; i < poisoned.labels.length; i++) {
        if (random.unit() >= share) continue
        const from = bold[random.below(bold.length)]!
        poisoned.inputs.set(samples.inputs.subarray(from * width, (from + 1) * width), i * width)
        poisoned.labels[i] = target
      }
      return poisoned
    },
  }),
  conspire(context, { mask, length }) {
    const { own, history } = context
    if (history.length === 0) return [...own]
    const used = usedCoordinates(history, mask)
    const target = length * usualLength(context)
    return own.map((update) =>
      atLength(
        update.map((value, k) => (used[k] ? 0 : value)),
        target,
      ),
    )
  },
}

/** 1 for the `share` of coordinates in which the steps of the remembered rounds are largest. */
function usedCoordinates(history: PublicHistory, share: number): Uint8Array {
  const sizes = new Float32Array(history.model.length)
  for (let rounds = 1; rounds <= history.length; rounds++) {
    const { step } = history.ago(rounds)!
    for (let k = 0; k < sizes.length; k++) sizes[k]! += Math.abs(step[k]!)
  }
  const used = new Uint8Array(sizes.length)
  const moved = Array.from(sizes.keys()).filter((k) => sizes[k]! > 0)
  const largest = moved.toSorted((a, b) => sizes[b]! - sizes[a]!).slice(0, Math.floor(share * moved.length))
  for (const k of largest) used[k] = 1
  return used
}
