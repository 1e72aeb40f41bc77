import * as tf from '@tensorflow/tfjs-core'
import type { Backend } from './backends/index.ts'
import { sampleRange, uploadBatch } from './batches.ts'
import { checkSamples } from './check-samples.ts'
import type { Samples } from './datasets/dataset.ts'
import type { Evaluation, Learner } from './learner.ts'
import { lossByName } from './losses/index.ts'
import type { Loss } from './losses/index.ts'
import { classMetrics, numberMetrics } from './metrics/index.ts'
import { openNetwork } from './networks/index.ts'
import type { Network, NetworkRun } from './networks/index.ts'
import { personalParts } from './personal/index.ts'
import type { LearnerTask } from './personal/index.ts'
import { turnTaker } from './take-turn.ts'
import { layoutOf } from './tasks/task-document.ts'
import { uploadWeights } from './upload-weights.ts'

export interface TfjsEvaluatorOptions extends LearnerTask {
  test: Samples
  /** From `selectBackend`. */
  backend: Backend
  /** The network of the document, where it is open already; opened for each evaluation if left out. */
  network?: Promise<Network>
}

/** Samples per step: large enough for speed, small enough to leave the event loop free. */
const BATCH = 250

/**
 * Measures models on public test samples, without private data to train on.
 *
 * @throws MODEL_MISMATCH, CONFIG_INVALID
 * @example const { accuracy } = await createTfjsEvaluator({ document, spec, test: mnist.test, backend }).evaluate(weights)
 */
export function createTfjsEvaluator({ document, spec, test, network }: TfjsEvaluatorOptions): Pick<Learner, 'evaluate'> {
  const shared = layoutOf(document, spec.tensors)
  const parts = personalParts(document)
  const layout = parts?.whole ?? shared
  const loss = lossByName(document.loss ?? 'cross-entropy')
  return {
    async evaluate(values, signal, personal = parts?.first()): Promise<Evaluation> {
      const weights = uploadWeights(layout, parts ? parts.join(values, personal!) : values)
      const opened = await (network ?? openNetwork(document)).catch((error: unknown) => {
        tf.dispose(weights)
        throw error
      })
      using run = opened.open(weights)
      try {
        checkSamples(test, opened, loss)
        const measured = await measure(run, opened, { test, loss, signal })
        return { ...measured, samples: test.labels.length }
      } finally {
        if (!network) opened[Symbol.dispose]()
      }
    },
  }
}

interface Measuring {
  test: Samples
  loss: Loss
  signal: AbortSignal | undefined
}

/** Runs the test samples through the network, and compares the outputs with the labels. */
async function measure(
  run: NetworkRun,
  { outputs: width }: Network,
  { test, loss, signal }: Measuring,
): Promise<Omit<Evaluation, 'samples'>> {
  const samples = test.labels.length
  const outputs = new Float32Array(samples * width)
  const takeTurn = turnTaker(signal)
  let summed = 0
  for (let from = 0; from < samples; from += BATCH) {
    await takeTurn()
    const indices = sampleRange(from, Math.min(samples, from + BATCH))
    const [given, mean] = tf.tidy(() => {
      const { inputs, targets } = uploadBatch(test, { outputs: width, loss }, indices)
      const output = run.outputs(inputs, false)
      return [output, loss.of(output, targets)] as const
    })
    try {
      outputs.set(await given.data<'float32'>(), from * width)
      summed += (await mean.data<'float32'>())[0]! * indices.length
    } finally {
      tf.dispose([given, mean])
    }
  }
  await takeTurn.now()
  if (loss.labels === 'number') return { loss: summed / samples, metrics: { ...numberMetrics(outputs, test.labels) } }
  const { confusion, ...metrics } = classMetrics(outputs, test.labels, width)
  return { loss: summed / samples, accuracy: metrics.accuracy, metrics, confusion }
}
