import { describe, expect, it } from 'vitest'
import {
  admissibleValue,
  COALITION_ATTACKS,
  labAttackByName,
  parseTuning,
  tuned,
  tuningText,
  valuesOf,
} from '../../../../src/lab/attacks/index.ts'
import type { CoalitionAttack } from '../../../../src/lab/attacks/index.ts'
import { framing } from '../../../../src/lab/attacks/coalition/framing.ts'

const INVALID = expect.objectContaining({ code: 'CONFIG_INVALID' })

describe('parameters of coalition attacks', () => {
  it.each(COALITION_ATTACKS.map((attack): [string, CoalitionAttack] => [attack.name, attack]))(
    '%s starts within its bounds, with a value that its text gives again',
    (_, attack) => {
      for (const parameter of Object.values(attack.parameters)) {
        expect(parameter.least).toBeLessThan(parameter.most)
        expect(admissibleValue(parameter, parameter.value)).toBe(parameter.value)
        expect(parameter.description).not.toBe('')
      }
      const again = labAttackByName(tuningText(attack)) as CoalitionAttack
      expect(valuesOf(again)).toEqual(valuesOf(attack))
    },
  )

  it('sets what the text says and leaves the registered attack alone', () => {
    const attack = labAttackByName('framing:push=2.5:lag=1') as CoalitionAttack
    expect(valuesOf(attack)).toEqual({ ...valuesOf(framing), push: 2.5, lag: 1 })
    expect(valuesOf(framing).push).toBe(2)
    expect(attack.name).toBe('framing')
  })

  it.each([
    'framing:shove=1',
    'framing:push=5',
    'framing:push=-1',
    'framing:lag=1.5',
    'framing:push',
    'framing:push=',
    'sign-flip:scale=2',
    'sign-flip:2',
  ])('refuses %s', (text) => {
    expect(() => labAttackByName(text)).toThrow(INVALID)
  })

  it('names the parameters and the bounds', () => {
    expect(() => labAttackByName('framing:shove=1')).toThrow('push, lag, beside, length')
    expect(() => labAttackByName('framing:lag=9')).toThrow('1 to 4, a whole number')
    expect(() => tuned(framing, { push: Number.NaN })).toThrow(INVALID)
  })

  it('reads exponents, which short texts of small numbers have', () => {
    expect(parseTuning('a:b=1e-7:c=-2.5')).toEqual({ name: 'a', values: { b: 1e-7, c: -2.5 } })
  })

  it('rounds to what a name can say, within the bounds', () => {
    const parameter = { description: '', least: 0.001, most: 0.5, value: 0.02 }
    expect(admissibleValue(parameter, 0.0123456)).toBe(0.01235)
    expect(admissibleValue(parameter, 7)).toBe(0.5)
    expect(admissibleValue({ ...parameter, most: 9, least: 1, whole: true }, 3.6)).toBe(4)
  })
})
