import { ORDERS } from '../orders.ts'
import { checkSteps } from '../parameters.ts'
import type { PrivacyEvent } from '../parameters.ts'
import type { RdpCurve } from './convert.ts'
import { sampledGaussianRdp } from './sampled-gaussian.ts'

/**
 * The Rényi curve of steps of DP-SGD together.
 *
 * @throws QuorateError PRIVACY_PARAMETER
 */
export function rdpOf(events: readonly PrivacyEvent[], orders: readonly number[] = ORDERS): RdpCurve {
  return composeRdp(
    events.map((event) => ({ divergence: (order) => sampledGaussianRdp(event, order), times: event.steps })),
    orders,
  )
}

/** A release and how often it is made. */
export interface RepeatedRelease {
  /** Rényi divergence of one release at an order. */
  divergence: (order: number) => number
  times: number
}

/**
 * The Rényi curve of releases of any kind: divergences add, whatever each release saw of the ones before.
 *
 * @throws QuorateError PRIVACY_PARAMETER
 * @example rdpToEpsilon(composeRdp([{ divergence: (order) => skellamRdp(noise, order), times: 100 }]), 1e-5)
 */
export function composeRdp(releases: readonly RepeatedRelease[], orders: readonly number[] = ORDERS): RdpCurve {
  for (const { times } of releases) checkSteps(times)
  const made = releases.filter(({ times }) => times > 0)
  const values = orders.map((order) => made.reduce((sum, { divergence, times }) => sum + times * divergence(order), 0))
  return { orders, values }
}
