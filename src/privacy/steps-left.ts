import { checkBudget } from './parameters.ts'
import type { PrivacyBudget, PrivacyEvent, SampledGaussian } from './parameters.ts'
import { rdpOf } from './rdp/compose.ts'
import { conversionTerm } from './rdp/convert.ts'

/**
 * How many steps like `next` a budget still pays for, by the bound of `epsilonOf`.
 *
 * Divergences add, so each order allows ⌊(ε − spent − conversion) / step⌋ steps, and the most generous order counts.
 *
 * @returns a whole number from 0; ∞ for steps that sample no record
 * @throws QuorateError PRIVACY_PARAMETER
 * @example stepsLeft([], { noiseMultiplier: 1.5, samplingRate: 0.04 }, { epsilon: 8, delta: 1e-5 })
 */
export function stepsLeft(spent: readonly PrivacyEvent[], next: SampledGaussian, budget: PrivacyBudget): number {
  checkBudget(budget)
  const before = rdpOf(spent)
  const step = rdpOf([{ ...next, steps: 1 }])
  const allowed = before.orders.map((order, index) => {
    const left = budget.epsilon - before.values[index]! - conversionTerm(order, budget.delta)
    if (left < 0) return 0
    return step.values[index] === 0 ? Infinity : Math.floor(left / step.values[index]!)
  })
  return Math.max(...allowed)
}
