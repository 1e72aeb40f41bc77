import { describe, expect, it } from 'vitest'
import { assertSafe } from '../../../src/aggregation/index.ts'
import { isQuorateError } from '../../../src/core/errors.ts'
import { RULE } from './fixtures.ts'

const codeOf = (act: () => void): string => {
  try {
    act()
  } catch (error) {
    return isQuorateError(error) ? error.code : String(error)
  }
  return 'safe'
}

describe('assertSafe', () => {
  const equal = [1n, 1n, 1n]
  it.each([
    ['the default with three members', equal, RULE, 'safe'],
    ['a share of one half', equal, { ...RULE, byzantineBps: 5000 }, 'RULE_UNSAFE'],
    ['two members and a Byzantine share', [1n, 1n, 0n], RULE, 'RULE_UNSAFE'],
    ['two members without one', [1n, 1n], { ...RULE, byzantineBps: 0 }, 'safe'],
    ['nobody with stake', [0n], { ...RULE, byzantineBps: 0 }, 'RULE_UNSAFE'],
    ['the mean with a Byzantine share', equal, { ...RULE, rule: 0 as const }, 'RULE_UNSAFE'],
    ['the mean without one', equal, { ...RULE, rule: 0 as const, byzantineBps: 0 }, 'safe'],
    ['a cap below 1', equal, { ...RULE, capQ16: 65_535 }, 'SPEC_INVALID'],
    ['too much stake', [2n ** 110n, 1n, 1n], RULE, 'SPEC_INVALID'],
    ['too many members', Array.from({ length: 129 }, () => 1n), RULE, 'SPEC_INVALID'],
  ])('%s', (_, stakes, spec, code) => {
    expect(codeOf(() => assertSafe(stakes, spec))).toBe(code)
  })
})
