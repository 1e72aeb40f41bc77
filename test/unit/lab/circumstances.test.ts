import { describe, expect, it } from 'vitest'
import { CIRCUMSTANCES, circumstanceByName, circumstancesTable, summarise } from '../../../src/lab/index.ts'
import { createRandom } from '../../../src/training/index.ts'
import { resultOf } from './fixtures.ts'

const classes = 10
const labels = Uint8Array.from({ length: 2000 }, (_, i) => i % classes)
const shares = Array.from({ length: 4 }, (_, member) => Uint32Array.from({ length: 500 }, (_, i) => 500 * member + i))
const context = { labels, classes, odd: [1], random: createRandom(1) }
const classesOf = (share: Uint32Array): number[] => Array.from(share, (index) => labels[index]!)

describe('circumstances', () => {
  it('rare-class leaves the last class to the affected member', () => {
    const dealt = circumstanceByName('rare-class').deal!(shares, context)
    const rare = dealt.map((share) => classesOf(share).filter((label) => label === 9).length)
    expect(rare).toEqual([0, 200, 0, 0])
    expect(dealt[1]!.length).toBe(450)
    expect(new Set(dealt[1]).size).toBe(450)
    expect(dealt[0]!.length).toBe(450)
  })

  it('few-samples keeps fifty samples of the share', () => {
    const dealt = circumstanceByName('few-samples').deal!(shares, context)
    expect(dealt.map(({ length }) => length)).toEqual([500, 50, 500, 500])
    expect([...dealt[1]!].every((index) => shares[1]!.includes(index))).toBe(true)
    expect(shares[1]).toHaveLength(500)
  })

  it('label-noise makes about a tenth of the labels wrong and keeps them classes', () => {
    const noisy = circumstanceByName('label-noise').samples!({ inputs: new Uint8Array(2000), labels }, context).labels
    const wrong = noisy.filter((label, i) => label !== labels[i]).length
    expect(wrong).toBeGreaterThan(140)
    expect(wrong).toBeLessThan(260)
    expect(Math.max(...noisy)).toBeLessThan(classes)
  })

  it('more-steps and late change how, not what', () => {
    const local = {
      epochs: 2,
      batchSize: 8,
      learningRate: 0.1,
      learningRateDecay: 1,
      momentum: 0,
      samples: 100,
    }
    expect(circumstanceByName('more-steps').local!(local)).toEqual({ ...local, epochs: 20 })
    expect(circumstanceByName('late').joins!(20)).toBe(11)
  })

  it('an unknown one is refused with the known names', () => {
    expect(() => circumstanceByName('lucky')).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
    expect(new Set(CIRCUMSTANCES.map(({ name }) => name)).size).toBe(CIRCUMSTANCES.length)
  })
})

describe('circumstancesTable', () => {
  const treatment = { rejected: 0, downweighted: 0, weightless: 0, unpaid: 0, pay: 1, weight: 1 }

  it('is empty when nobody is set apart', () => {
    expect(circumstancesTable(summarise([resultOf({})]))).toBe('')
  })

  it('shows all members, the affected member and the member that went unpaid most', () => {
    const results = [1, 2].map((seed) =>
      resultOf(
        { attack: 'none', circumstance: 'late', seed },
        {
          honest: { ...treatment, unpaid: 0.05 },
          odd: { ...treatment, unpaid: 0.1 * seed, pay: 0.8 },
          members: [treatment, { ...treatment, unpaid: 0.2 }],
        },
      ),
    )
    expect(circumstancesTable(summarise(results)).split('\n')[2]).toBe(
      '| dirichlet:0.5 late × equalised-nnm-gm | .750 | 5.0 % | 15.0 % | 20.0 % | 0.0 % | 0.0 % | 0.80 |',
    )
  })
})
