import type { PrivacyEvent } from './parameters.ts'
import { rdpOf } from './rdp/compose.ts'
import { rdpToEpsilon } from './rdp/convert.ts'

/**
 * The ε that nodes count: what the steps of DP-SGD so far have spent at a δ, by the RDP bound on the pinned grid of orders.
 *
 * An upper bound, 5 to 10 % above what `pldEpsilon` finds. Nodes use it because it is a sum of one number an order: it composes steps of
 * any noise in microseconds and anybody can check it with Opacus or dp-accounting.
 *
 * @returns 0 for no steps, ∞ for a step without noise
 * @throws QuorateError PRIVACY_PARAMETER
 * @example epsilonOf([{ noiseMultiplier: 1.1, samplingRate: 0.01, steps: 10_000 }], 1e-5) // 5.632…
 */
export function epsilonOf(events: readonly PrivacyEvent[], delta: number): number {
  return rdpToEpsilon(rdpOf(events), delta).epsilon
}
