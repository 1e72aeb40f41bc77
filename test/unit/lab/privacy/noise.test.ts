import { describe, expect, it } from 'vitest'
import {
  noiseMarkdown,
  noisePlot,
  parseView,
  summariseNoise,
  trainingWithin,
  viewTitle,
} from '../../../../src/lab/privacy/index.ts'
import { epsilonOf } from '../../../../src/privacy/index.ts'
import { defaultTask } from '../../../../src/training/index.ts'

const PRIVACY = { epsilon: 3, delta: 1e-5, clip: 1, batch: 100 }

describe('trainingWithin', () => {
  it('spends the budget over all rounds, and no more', () => {
    const document = { local: { ...defaultTask().document.local, epochs: 2, samples: 300 } }
    const { noise, batch, clip } = trainingWithin(PRIVACY, { document, data: { labels: new Uint8Array(1000) } }, 7)
    expect([batch, clip]).toEqual([100, 1])
    // 300 records a round in steps of 100, twice, seven times.
    const spent = epsilonOf([{ noiseMultiplier: noise, samplingRate: 0.1, steps: 42 }], 1e-5)
    expect(spent).toBeLessThanOrEqual(3)
    expect(spent).toBeGreaterThan(2.999)
  })

  it('takes all records of a member that has fewer than a batch', () => {
    const { document } = defaultTask()
    expect(trainingWithin(PRIVACY, { document, data: { labels: new Uint8Array(40) } }, 1).batch).toBe(40)
  })
})

describe('summariseNoise', () => {
  const runs = [
    { seed: 1, accuracy: 0.9 },
    { seed: 1, accuracy: 0.5, privacy: PRIVACY },
    { seed: 2, accuracy: 0.7, privacy: PRIVACY },
    { seed: 1, accuracy: 0.3, privacy: { ...PRIVACY, epsilon: 1 } },
  ]

  it('has the smallest budget first and no noise last', () => {
    const points = summariseNoise(runs)
    expect(points.map(({ epsilon }) => epsilon)).toEqual([1, 3, undefined])
    expect(points[1]).toEqual({ epsilon: 3, seeds: 2, mean: 0.6, least: 0.5, most: 0.7 })
    expect(noiseMarkdown(points)).toContain('| ε = 3 | 2 | 60.0 | 50.0 | 70.0 |')
    expect(noisePlot([{ label: 'a & b', points }])).toContain('a &#38; b')
  })
})

describe('parseView', () => {
  it.each([
    ['plain', { kind: 'plain' }, 'int8 update'],
    ['dp:0.5', { kind: 'private', epsilon: 0.5 }, 'ε = 0.5'],
    ['bucket:4', { kind: 'bucket', size: 4, colluders: 0 }, 'bucket of 4'],
    ['bucket:3-2', { kind: 'bucket', size: 3, colluders: 2 }, 'bucket of 3, 2 collude'],
  ])('%s', (name, view, title) => {
    expect(parseView(name)).toEqual(view)
    expect(viewTitle(parseView(name))).toBe(title)
  })

  it.each(['', 'dp:0', 'dp:x', 'bucket:2', 'bucket:4-4', 'Plain'])('%s is none', (name) => {
    expect(() => parseView(name)).toThrow(expect.objectContaining({ code: 'FLAG_INVALID' }))
  })
})
