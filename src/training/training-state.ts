import * as tf from '@tensorflow/tfjs-core'
import type { NamedTensorMap, Optimizer, Tensor, Variable } from '@tensorflow/tfjs-core'
import type { Network, NetworkRun } from './networks/index.ts'
import { createOptimiser, disposeOptimiser } from './optimiser.ts'
import type { LocalSettings } from './tasks/task-document.ts'

/** Everything that lives on the device between two steps. */
export interface TrainingState {
  run: NetworkRun
  optimiser: Optimizer
  trained: Variable[]
  /** The weights at the start, for a proximal term. */
  anchors: Tensor[]
}

/** Puts the weights on the device; `start` is disposed of. End with `closeState`. */
export function openState({
  network,
  start,
  local,
  rate,
}: {
  network: Network
  start: readonly Tensor[]
  local: LocalSettings
  rate: number
}): TrainingState {
  const anchors = (local.proximal ?? 0) > 0 ? start.map((tensor) => tf.clone(tensor)) : []
  const run = network.open(start)
  return {
    run,
    optimiser: createOptimiser({ ...local, rate }),
    trained: run.variables.filter(({ trainable }) => trainable),
    anchors,
  }
}

export function closeState({ run, optimiser, anchors }: TrainingState): void {
  run[Symbol.dispose]()
  disposeOptimiser(optimiser)
  tf.dispose(anchors)
}

/** The gradients with those of weight decay and proximal term. Runs inside a tidy scope of the caller. */
export function withTerms(
  grads: NamedTensorMap,
  { run, anchors }: Pick<TrainingState, 'run' | 'anchors'>,
  { weightDecay = 0, proximal = 0 }: LocalSettings,
): NamedTensorMap {
  if (weightDecay === 0 && proximal === 0) return grads
  const terms = { ...grads }
  for (const [index, variable] of run.variables.entries()) {
    let slope = terms[variable.name]
    if (!slope) continue
    if (weightDecay > 0) slope = tf.add(slope, tf.mul(variable, weightDecay))
    if (proximal > 0) slope = tf.add(slope, tf.mul(tf.sub(variable, anchors[index]!), proximal))
    terms[variable.name] = slope
  }
  return terms
}
