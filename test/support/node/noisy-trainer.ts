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
  /** Rounds in which it trains until its node ends. */
  readonly stuck = new Set<bigint>()
  /** Rounds that asked for a training. */
  readonly asked: bigint[] = []
  readonly #random = createRandom('noisy trainer', ++made)

  async train({ model, round = 0n, signal }: TrainInput): Promise<TrainResult> {
    this.asked.push(round)
    if (this.stuck.has(round)) {
      if (signal && !signal.aborted) await once(signal, 'abort')
      throw new QuorateError('CANCELLED', 'the node ended while its trainer was at work')
    }
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
