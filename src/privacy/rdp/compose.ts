import { ORDERS } from '../orders.ts'
import { checkSteps } from '../parameters.ts'
import type { PrivacyEvent } from '../parameters.ts'
import type { RdpCurve } from './convert.ts'
import { sampledGaussianRdp } from './sampled-gaussian.ts'

/**
 * The Rényi curve of all events together: divergences add, whatever each step saw of the ones before.
 *
 * @throws QuorateError PRIVACY_PARAMETER
 */
export function rdpOf(events: readonly PrivacyEvent[], orders: readonly number[] = ORDERS): RdpCurve {
  for (const { steps } of events) checkSteps(steps)
  const taken = events.filter(({ steps }) => steps > 0)
  const curves = taken.map((event) => orders.map((order) => event.steps * sampledGaussianRdp(event, order)))
  return { orders, values: orders.map((_, index) => curves.reduce((sum, curve) => sum + curve[index]!, 0)) }
}
