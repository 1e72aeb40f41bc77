import { once } from 'node:events'
import { QuorateError } from '../../../src/core/index.ts'
import { createRandom } from '../../../src/training/index.ts'
import type { Trainer, TrainInput, TrainResult } from '../../../src/training/index.ts'
import { LENGTH } from './small-task.ts'

let made = 0

/** A trainer that learns nothing, for the small task with buckets of four: the step that all members make, and noise of its own. What it made stays here, for the test alone. */
export class NoisyTrainer implements Trainer {
  /** By round. */
  readonly updates = new Map<bigint, Int8Array>()
  /** What happens in a training before it is done: it may take long, or fail. */
  readonly during = new Map<bigint, (signal: AbortSignal) => Promise<void>>()
  /** Rounds that asked for a training. */
  readonly asked: bigint[] = []
  readonly #random = createRandom('noisy trainer', ++made)

  async train({ model, round = 0n, signal = new AbortController().signal }: TrainInput): Promise<TrainResult> {
    this.asked.push(round)
    await this.during.get(round)?.(signal)
    const update = Int8Array.from(model, (_, k) => (k < LENGTH ? ((k * 31) % 41) - 20 + this.#random.below(21) - 10 : 0))
    this.updates.set(round, update)
    return {
      update,
      residual: new Float32Array(model.length),
      metrics: { loss: 1, samples: 1, clipped: 0, seconds: 0 },
    }
  }

  async evaluate(): Promise<never> {
    return Promise.reject(new QuorateError('INTERNAL', 'this trainer measures nothing'))
  }

  dispose(): void {}
}

/** A training that ends with its node. */
export async function untilStopped(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort')
  throw new QuorateError('CANCELLED', 'the node ended while its trainer was at work')
}

/** A training that fails: its member sends no update in that round. */
export async function diverges(): Promise<void> {
  return Promise.reject(new QuorateError('TRAINING_DIVERGED', 'this training fails, as the test wants it'))
}
