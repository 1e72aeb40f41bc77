import { describe, expect, it } from 'vitest'
import { scoreByDirection, scoreByGain, scoreByLoss } from '../../../../src/lab/privacy/membership/score-records.ts'
import { meanWithInterval, separationOf } from '../../../../src/lab/privacy/membership/separation.ts'
import { gradientOf } from '../../../../src/lab/privacy/network/index.ts'
import { dense } from '../../../../src/lab/privacy/network/dense.ts'
import { createRandom } from '../../../../src/training/index.ts'

describe('separationOf', () => {
  it('counts pairs by hand, ties half', () => {
    // 3 is above both; 2 is above 1 and ties with 2.
    expect(separationOf([3, 2], [1, 2]).auc).toBe(0.875)
    expect(separationOf([5, 6], [1, 2]).auc).toBe(1)
    expect(separationOf([0], [1, 2]).auc).toBe(0)
  })

  it('equals the sum over all pairs', () => {
    const random = createRandom('separation')
    const [members, others] = [40, 70].map((length) => Array.from({ length }, () => random.below(20)))
    const pairs = members!.flatMap((one) => others!.map((other) => (one > other ? 1 : one === other ? 0.5 : 0)))
    expect(separationOf(members!, others!).auc).toBeCloseTo(pairs.reduce<number>((a, b) => a + b, 0) / pairs.length, 12)
  })

  it('finds members above all but a hundredth of the others', () => {
    const others = Array.from({ length: 200 }, (_, i) => i)
    // Two of the others, 198 and 199, may be above the threshold of 197.
    expect(separationOf([197, 197.5, 198, 250], others).found).toBe(0.75)
  })
})

describe('meanWithInterval', () => {
  it.each([
    [2, 12.706],
    [5, 2.776],
    [10, 2.262],
    [31, 2.042],
  ])('of %i values has the quantile of the t distribution', (count, quantile) => {
    const values = Array.from({ length: count }, (_, i) => i)
    const mean = (count - 1) / 2
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1)
    const found = meanWithInterval(values)
    expect(found.mean).toBe(mean)
    expect(found.halfWidth / Math.sqrt(variance / count) / quantile).toBeCloseTo(1, 2)
  })
})

describe('scores of records', () => {
  const layers = [dense(6, 3)]
  const random = createRandom('scores')
  const before = Float64Array.from({ length: 21 }, () => random.normal())
  const records = { images: [0, 1].map(() => Float64Array.from({ length: 6 }, () => random.unit())), labels: [0, 2] }
  const [first, second] = records.images.map(
    (image, i) => gradientOf(layers, before, { images: [image], labels: [records.labels[i]!] }).gradient,
  )
  /** A step on the first record, and one on the second. */
  const seen = [first!.map((value) => -0.1 * value), second!.map((value) => -0.1 * value)]

  it.each([
    ['direction', scoreByDirection],
    ['gain', scoreByGain],
  ])('%s is larger for the record that the update was made of', (_, score) => {
    const [one, other] = score(layers, before, seen, records)
    expect(one![0]).toBeGreaterThan(one![1]!)
    expect(other![1]).toBeGreaterThan(other![0]!)
  })

  it('direction is the cosine with the step of the record', () => {
    expect(scoreByDirection(layers, before, seen, records)[0]![0]).toBeCloseTo(1, 12)
  })

  it('loss is larger for the record that the model was trained on', () => {
    const model = before.map((value, k) => value - 3 * first![k]!)
    const [was, is] = [before, model].map((one) => scoreByLoss(layers, one, records)[0]!)
    expect(is).toBeGreaterThan(was!)
  })
})
