import { composeUpdate } from '../../training/compose-update.ts'
import type { UpdateComposer } from '../../training/compose-update.ts'
import type { Learner } from '../../training/learner.ts'
import { plus } from './vectors.ts'
import type { Attack } from './attack.ts'

export interface PoisonedParts {
  learner: Learner
  compose: UpdateComposer
}

/**
 * Decorates an honest learner with an attack; changes to samples are made elsewhere (`poisonedTrainer`). An attacker
 * pays no heed to the usual length of updates. It carries no residual when it replaces its update: a scaled attack
 * would overflow int8 for ever.
 *
 * @returns learner and composition of one trainer; they share the attacker's memory, so each trainer needs its own
 * @example createTrainer({ ...settings, ...withAttack(learner, attackByName('sign-flip')) })
 */
export function withAttack(learner: Learner, attack: Attack): PoisonedParts {
  const watch = modelWatch()
  let seen: { step: number; lastChange?: Float32Array } = { step: 0 }
  return {
    learner: {
      async train(input) {
        const { weights, step } = input
        seen = { step, lastChange: watch(weights, step) }
        if (!attack.idle) return learner.train(input)
        return { delta: new Float32Array(weights.length), metrics: { loss: 0, samples: 0 } }
      },
      evaluate: async (weights, signal, personal) => learner.evaluate(weights, signal, personal),
      dispose: () => learner.dispose(),
    },
    compose(shape, input) {
      const { poisonUpdate } = attack
      if (!poisonUpdate) return composeUpdate(shape, { ...input, maxNorm: undefined })
      const composed = composeUpdate(
        { ...shape, noise: (update, random) => poisonUpdate(update, { ...seen, layout: shape.layout, random }) },
        { ...input, residual: undefined, maxNorm: undefined },
      )
      return { ...composed, residual: new Float32Array(composed.residual.length) }
    },
  }
}

/** Remembers copies of the models of an attacker and returns the last change of the model, from the second step on. */
function modelWatch(): (model: Float32Array, step: number) => Float32Array | undefined {
  let current: { model: Float32Array; step: number } | undefined
  let lastChange: Float32Array | undefined
  return (model, step) => {
    const before = current
    if (before && step > before.step) lastChange = plus(model, before.model, -1)
    if (!before || step > before.step) current = { model: model.slice(), step }
    return lastChange
  }
}
