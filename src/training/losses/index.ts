/** The losses a task document may name. A new one is a `Loss` and a line in `LOSSES`. */
import * as tf from '@tensorflow/tfjs-core'
import { QuorateError } from '../../core/errors.ts'
import { crossEntropy } from './cross-entropy.ts'
import type { Loss } from './loss.ts'

export type { Loss } from './loss.ts'

export const lossNames = ['cross-entropy', 'binary-cross-entropy', 'mean-squared-error', 'mean-absolute-error', 'huber'] as const
export type LossName = (typeof lossNames)[number]

const LOSSES: Record<LossName, Omit<Loss, 'name'>> = {
  'cross-entropy': { labels: 'class', of: crossEntropy },
  'binary-cross-entropy': {
    labels: 'binary',
    of: (outputs, targets) => tf.losses.sigmoidCrossEntropy(targets, outputs),
  },
  'mean-squared-error': { labels: 'number', of: (outputs, targets) => tf.losses.meanSquaredError(targets, outputs) },
  'mean-absolute-error': {
    labels: 'number',
    of: (outputs, targets) => tf.losses.absoluteDifference(targets, outputs),
  },
  // Quadratic up to an error of 1 (Huber 1964).
  huber: { labels: 'number', of: (outputs, targets) => tf.losses.huberLoss(targets, outputs) },
}

/**
 * The loss of a name.
 *
 * @throws QuorateError CONFIG_INVALID for a name nobody registered
 * @example lossByName('cross-entropy').of(logits, oneHotLabels)
 */
export function lossByName(name: string): Loss {
  if (!Object.hasOwn(LOSSES, name))
    throw new QuorateError('CONFIG_INVALID', `loss "${name}" is unknown; known: ${lossNames.join(', ')}`, {
      details: { loss: name },
    })
  return { name, ...LOSSES[name as LossName] }
}
