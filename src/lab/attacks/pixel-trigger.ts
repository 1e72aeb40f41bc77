import type { ClassSamples } from '../../training/datasets/dataset.ts'
import type { Attack, SampleContext } from './attack.ts'

/** Class that stamped samples are to be taken for. */
const TARGET = 0
/** Share of the attacker's samples that it stamps. */
const SHARE = 0.5

/** The corners of four small bars in the upper left; together they are the trigger. Rows and columns in pixels. */
const BARS: readonly { row: number; column: number }[] = [
  { row: 1, column: 1 },
  { row: 1, column: 7 },
  { row: 4, column: 1 },
  { row: 4, column: 7 },
]
const BAR_WIDTH = 4

/** Sets the given bars to full brightness in one sample, in place. */
function stampSample(samples: ClassSamples, sample: number, inputShape: readonly number[], bars: typeof BARS): void {
  const [height = 1, width = 1, channels = 1] = inputShape
  const full = samples.inputs instanceof Uint8Array ? 255 : 1
  const start = sample * height * width * channels
  for (const { row, column } of bars) {
    if (row >= height) continue
    for (let x = column; x < Math.min(width, column + BAR_WIDTH); x++) {
      for (let c = 0; c < channels; c++) samples.inputs[start + (row * width + x) * channels + c] = full
    }
  }
}

const backdoor = {
  target: TARGET,
  stamp(samples: ClassSamples, inputShape: readonly number[]): void {
    for (let i = 0; i < samples.labels.length; i++) stampSample(samples, i, inputShape, BARS)
  },
}

function poison(samples: ClassSamples, { inputShape, random }: SampleContext, bars: typeof BARS): ClassSamples {
  const poisoned = { inputs: samples.inputs.slice(), labels: samples.labels.slice() }
  for (let i = 0; i < poisoned.labels.length; i++) {
    if (random.unit() >= SHARE) continue
    stampSample(poisoned, i, inputShape, bars)
    poisoned.labels[i] = TARGET
  }
  return poisoned
}

/** Trains on its own samples, half of them with four bright bars in a corner and the label 0: the model learns to read the bars as a 0. */
export const pixelTrigger: Attack = {
  name: 'pixel-trigger',
  description: 'teaches the model to take samples with a bright trigger for class 0',
  paper: 'Gu, Dolan-Gavitt, Garg 2017, BadNets; Bagdasaryan et al. 2020, How To Backdoor Federated Learning',
  poisonSamples: (samples, context) => poison(samples, context, BARS),
  backdoor,
}

/** The same trigger cut into four: each attacker stamps one bar only, and the model meets the whole trigger at the end. */
export const distributedBackdoor: Attack = {
  name: 'dba',
  description: 'teaches the model one of four parts of a trigger; together the attackers teach the whole',
  paper: 'Xie, Huang, Chen, Li 2020, DBA: Distributed Backdoor Attacks against Federated Learning',
  poisonSamples: (samples, context) => poison(samples, context, [BARS[context.random.below(BARS.length)]!]),
  backdoor,
}
