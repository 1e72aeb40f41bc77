import { train } from '@tensorflow/tfjs-core'
import type { Optimizer, Tensor } from '@tensorflow/tfjs-core'

export const optimiserNames = ['sgd', 'adam'] as const
export type OptimiserName = (typeof optimiserNames)[number]

/**
 * The optimiser of one local training; it starts without any memory of the training before, because other members changed the model
 * meanwhile. End it with `disposeOptimiser`.
 *
 * @param momentum of sgd: v' = μ·v + ∇, w' = w − rate·v'
 */
export function createOptimiser({
  optimiser = 'sgd',
  rate,
  momentum,
}: {
  optimiser?: OptimiserName | undefined
  rate: number
  momentum: number
}): Optimizer {
  if (optimiser === 'adam') return train.adam(rate)
  return momentum > 0 ? train.momentum(rate, momentum) : train.sgd(rate)
}

/** Frees what the optimiser holds on the device, and the rate that tfjs 4.22 forgets under momentum. */
export function disposeOptimiser(optimiser: Optimizer): void {
  const { c: rate } = optimiser as unknown as { c?: Tensor }
  optimiser.dispose()
  if (rate && !rate.isDisposed) rate.dispose()
}
