import { describe, expect, it } from 'vitest'
import { attackByName, attackNames, parseAttack } from '../../../../src/lab/attacks/index.ts'
import { createRandom, tensorLayout } from '../../../../src/training/index.ts'

const layout = tensorLayout([
  { name: 'a', shape: [300] },
  { name: 'b', shape: [10] },
])
const context = { step: 1, layout, random: createRandom('attack') }

function norm(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0))
}

describe('parseAttack', () => {
  it('reads a name and a count', () => {
    expect(parseAttack('label-flip')).toEqual({ name: 'label-flip', count: 1 })
    expect(parseAttack('sign-flip:2')).toEqual({ name: 'sign-flip', count: 2 })
  })

  it.each(['', 'flip', 'sign-flip:', 'sign-flip:0', 'sign-flip:-1', 'sign-flip:1.5', 'sign-flip:1:2', 'toString'])(
    'refuses "%s"',
    (text) => {
      expect(() => parseAttack(text)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
    },
  )

  it('lists the known names', () => {
    expect(() => attackByName('flip')).toThrow(attackNames.join(', '))
  })
})

describe('attacks', () => {
  const delta = new Float32Array(layout.paddedLength)
  delta.fill(0.25, 0, 300).fill(-0.5, 512, 522)

  it('sign-flip sends the opposite, four times as long', () => {
    const update = attackByName('sign-flip').poisonUpdate!(delta, context)
    expect([update[0], update[512], update[400]]).toEqual([-1, 2, -0])
  })

  it('label-flip turns labels round', () => {
    expect([...attackByName('label-flip').poisonLabels!(Uint8Array.of(0, 1, 9, 4), 10)]).toEqual([9, 8, 0, 5])
    expect(attackByName('label-flip').poisonUpdate).toBeUndefined()
  })

  it('gaussian sends noise of four times the norm and leaves padding alone', () => {
    const update = attackByName('gaussian').poisonUpdate!(delta, context)
    expect(norm(update) / norm(delta)).toBeGreaterThan(3.5)
    expect(norm(update) / norm(delta)).toBeLessThan(4.5)
    expect(update.subarray(300, 512).every((value) => value === 0)).toBe(true)
  })

  it('model-replacement flips labels and scales', () => {
    const attack = attackByName('model-replacement')
    expect([...attack.poisonLabels!(Uint8Array.of(2), 10)]).toEqual([7])
    expect(attack.poisonUpdate!(delta, context)[0]).toBe(2.5)
  })
})
