import { describe, expect, it } from 'vitest'
import { CIRCUMSTANCES, circumstanceByName, circumstancesTable, summarise } from '../../../src/lab/index.ts'
import { createRandom } from '../../../src/training/index.ts'
import type { ClassSamples } from '../../../src/training/index.ts'
import { resultOf } from './fixtures.ts'

const classes = 10
const labels = Uint8Array.from({ length: 2000 }, (_, i) => i % classes)
const shares = Array.from({ length: 4 }, (_, member) => Uint32Array.from({ length: 500 }, (_, i) => 500 * member + i))
const context = { labels, classes, inputShape: [1, 1, 1], odd: [1], random: createRandom(1) }
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

  it('own-class gives each affected member a class that nobody else has', () => {
    const dealt = circumstanceByName('own-class').deal!(shares, { ...context, odd: [1, 2] })
    const counts = (label: number): number[] => dealt.map((share) => classesOf(share).filter((one) => one === label).length)
    expect(counts(9)).toEqual([0, 200, 0, 0])
    expect(counts(8)).toEqual([0, 0, 200, 0])
    expect(dealt.map(({ length }) => length)).toEqual([400, 450, 450, 400])
    expect(new Set(dealt.flatMap((share) => [...share])).size).toBeGreaterThan(1600)
  })

  it('lower-classes leaves the affected member the first half of the classes', () => {
    const dealt = circumstanceByName('lower-classes').deal!(shares, context)
    expect(dealt.map((share) => new Set(classesOf(share)).size)).toEqual([10, 5, 10, 10])
    expect(Math.max(...classesOf(dealt[1]!))).toBe(4)
    expect(dealt.map(({ length }) => length)).toEqual([500, 250, 500, 500])
  })

  it('rotated-images turns images by a quarter, inverted-images makes negatives', () => {
    const images = { inputs: Uint8Array.of(1, 2, 3, 4, 0, 0, 0, 255), labels: Uint8Array.of(0, 1) }
    const square = { ...context, inputShape: [2, 2, 1] }
    const turn = (of: ClassSamples, given: typeof square): ClassSamples =>
      circumstanceByName('rotated-images').samples!(of, given)
    expect([...turn(images, square).inputs]).toEqual([3, 1, 4, 2, 0, 0, 255, 0])
    const [once, twice] = [turn(images, square), turn(turn(turn(turn(images, square), square), square), square)]
    expect(twice).toEqual(images)
    expect(once.labels).toEqual(images.labels)
    expect(() => turn(images, { ...context, inputShape: [4, 1, 1] })).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
    const inverted = circumstanceByName('inverted-images')
    expect([...inverted.samples!(images, square).inputs]).toEqual([254, 253, 252, 251, 255, 255, 255, 0])
    const floats = { inputs: Float32Array.of(0.25), labels: Uint8Array.of(0) }
    expect([...inverted.samples!(floats, context).inputs]).toEqual([0.75])
    expect([...images.inputs]).toEqual([1, 2, 3, 4, 0, 0, 0, 255])
  })

  it('permuted-labels names the classes otherwise, in samples to test on, too', () => {
    const permuted = circumstanceByName('permuted-labels')
    const given = { inputs: new Uint8Array(3), labels: Uint8Array.of(0, 6, 7) }
    expect([...permuted.samples!(given, context).labels]).toEqual([3, 9, 0])
    expect([...given.labels]).toEqual([0, 6, 7])
    expect(permuted.unlike).toBe(true)
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
          // Two rejections of five rounds for the first seed, the second after the third round; none for the second seed.
          verdicts: { honest: [seed === 1 ? '53353' : '33333', '55555'], attackers: [] },
        },
      ),
    )
    expect(circumstancesTable(summarise(results)).split('\n')[2]).toBe(
      '| dirichlet:0.5 late × equalised-nnm-gm | .750 | 5.0 % | 15.0 % | 20.0 % | 0.0 % | 0.0 % | 25.0 % | 1 | 2 | 0 | 0.80 |',
    )
  })
})
