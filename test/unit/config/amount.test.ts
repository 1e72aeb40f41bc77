import fc from '../../support/fast-check.ts'
import { expect, test } from 'vitest'
import { formatAmount, parseAmount } from '../../../src/config/index.ts'

const ONE = 10n ** 18n

test.each([
  ['0', 0n],
  ['100', 100n * ONE],
  ['1.5', (3n * ONE) / 2n],
  ['007.50', (15n * ONE) / 2n],
  ['0.000000000000000001', 1n],
  [' 2 ', 2n * ONE],
  ['340282366920938463463.374607431768211455', (1n << 128n) - 1n],
])('%s', (text, wei) => {
  expect(parseAmount(text)).toBe(wei)
})

test.each([
  '',
  ' ',
  '-1',
  '+1',
  '1e3',
  '.5',
  '5.',
  '1,5',
  '1_000',
  '0x10',
  '1.0000000000000000001',
  'NaN',
  '1 2',
  '١',
  '340282366920938463463.374607431768211456',
])('%j is no amount', (text) => {
  expect(() => parseAmount(text)).toThrow(expect.objectContaining({ code: 'USAGE' }))
})

test('every amount comes back from its text', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }), (wei) => {
      expect(parseAmount(formatAmount(wei))).toBe(wei)
    }),
  )
})
