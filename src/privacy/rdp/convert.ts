import { checkDelta } from '../parameters.ts'

/** Rényi divergences, one for each order of `orders`. */
export interface RdpCurve {
  orders: readonly number[]
  values: readonly number[]
}

/**
 * What an order adds to its Rényi divergence to make an ε: ln(1 − 1/α) − ln(δα)/(α − 1).
 *
 * Source: Canonne, Kamath, Steinke, "The Discrete Gaussian for Differential Privacy" (2020), proposition 12; the same bound as theorem 21
 * of Balle, Barthe, Gaboardi, Hsu, Sato, "Hypothesis Testing Interpretations and Rényi Differential Privacy" (2020).
 */
export function conversionTerm(order: number, delta: number): number {
  return Math.log1p(-1 / order) - Math.log(delta * order) / (order - 1)
}

/**
 * The smallest ε that a curve proves for a δ, and the order that proves it. Never negative.
 *
 * @throws QuorateError PRIVACY_PARAMETER
 * @example rdpToEpsilon({ orders: [2, 32], values: [1.1, 1.1] }, 1e-5) // { epsilon: 1.3278…, order: 32 }
 */
export function rdpToEpsilon({ orders, values }: RdpCurve, delta: number): { epsilon: number; order: number } {
  checkDelta(delta)
  let best = { epsilon: Infinity, order: orders[0]! }
  for (const [index, order] of orders.entries()) {
    // A divergence of 0 says that both distributions are the same; the bound alone would leave a rest that depends on the grid.
    const epsilon = values[index] === 0 ? 0 : Math.max(0, values[index]! + conversionTerm(order, delta))
    if (epsilon < best.epsilon) best = { epsilon, order }
  }
  return best
}
