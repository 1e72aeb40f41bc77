import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  epsilonOf,
  OPACUS_ORDERS,
  ORDERS,
  pldDelta,
  pldEpsilon,
  rdpOf,
  rdpToEpsilon,
  sampledGaussianRdp,
} from '../../../src/privacy/index.ts'
import type { PrivacyEvent } from '../../../src/privacy/index.ts'

/** Written by scripts/privacy_vectors.py with dp-accounting and Opacus. */
interface Vectors {
  epsilons: { events: PrivacyEvent[]; delta: number; rdp: number; rdpWhole: number; pld: number; opacusRdp: number }[]
  deltas: { events: PrivacyEvent[]; epsilon: number; pld: number }[]
  divergences: { noiseMultiplier: number; samplingRate: number; order: number; rdp: number }[]
}

const vectors = JSON.parse(readFileSync(new URL('../../vectors/privacy.json', import.meta.url), 'utf8')) as Vectors
const difference = (value: number, expected: number): number => Math.abs(value / expected - 1)
const rows = vectors.epsilons.map((row) => {
  const parts = row.events.map(({ noiseMultiplier, samplingRate, steps }) => `σ ${noiseMultiplier} q ${samplingRate} T ${steps}`)
  return { name: `${parts.join(' and ')}, δ ${row.delta}`, ...row }
})

it('has at least twenty settings', () => {
  expect(rows.length).toBeGreaterThanOrEqual(20)
})

describe('epsilon by the RDP bound', () => {
  it.each(rows)('$name: Opacus on its grid', ({ events, delta, opacusRdp }) => {
    expect(difference(rdpToEpsilon(rdpOf(events, OPACUS_ORDERS), delta).epsilon, opacusRdp)).toBeLessThan(1e-9)
  })

  it.each(rows)('$name: dp-accounting on whole orders', ({ events, delta, rdpWhole }) => {
    const whole = [...Array.from({ length: 62 }, (_, index) => index + 2), 128, 256, 512, 1024]
    expect(difference(rdpToEpsilon(rdpOf(events, whole), delta).epsilon, rdpWhole)).toBeLessThan(1e-9)
  })

  // dp-accounting leaves out orders whose series does not converge in its time, so its ε is larger in places, and never smaller.
  it.each(rows)('$name: dp-accounting on the pinned grid', ({ events, delta, rdp }) => {
    const epsilon = epsilonOf(events, delta)
    expect(epsilon).toBeLessThan(rdp * (1 + 1e-9))
    const { order } = rdpToEpsilon(rdpOf(events), delta)
    if (Number.isInteger(order)) expect(difference(epsilon, rdp)).toBeLessThan(1e-3)
  })

  it('pins the default grid of dp-accounting', () => {
    const tenths = Array.from({ length: 99 }, (_, index) => (11 + index) / 10)
    const whole = Array.from({ length: 53 }, (_, index) => 11 + index)
    expect(ORDERS.map((order) => Number(order.toFixed(9)))).toEqual([...tenths, ...whole, 128, 256, 512, 1024])
  })
})

describe('the divergence of one step', () => {
  it.each(vectors.divergences)('σ $noiseMultiplier q $samplingRate at order $order', ({ order, rdp, ...step }) => {
    expect(difference(sampledGaussianRdp(step, order), rdp)).toBeLessThan(1e-6)
  })
})

describe('privacy loss distributions', () => {
  it.each(rows)('$name: epsilon of dp-accounting', ({ events, delta, pld }) => {
    expect(difference(pldEpsilon(events, delta), pld)).toBeLessThan(1e-3)
  })

  it.each(vectors.deltas)('delta at epsilon $epsilon', ({ events, epsilon, pld }) => {
    expect(difference(pldDelta(events, epsilon), pld)).toBeLessThan(1e-3)
  })
})
