import fc from '../../support/fast-check.ts'
import { expect, test } from 'vitest'
import { formatAmount, formatTokens, NATIVE, parseAmount, wholeTokens } from '../../../src/core/index.ts'

const ONE = 10n ** 18n
const USDC = { decimals: 6, symbol: 'USDC' }

test.each([
  ['0', 0n],
  ['100', 100n * ONE],
  ['1.5', (3n * ONE) / 2n],
  ['007.50', (15n * ONE) / 2n],
  ['0.000000000000000001', 1n],
  [' 2 ', 2n * ONE],
  ['340282366920938463463.374607431768211455', (1n << 128n) - 1n],
])('%s', (text, amount) => {
  expect(parseAmount(text, NATIVE)).toBe(amount)
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
  expect(() => parseAmount(text, NATIVE)).toThrow(expect.objectContaining({ code: 'USAGE' }))
})

test('the decimals are those of the token', () => {
  expect(parseAmount('1.5', USDC)).toBe(1_500_000n)
  expect(() => parseAmount('0.0000001', USDC)).toThrow(/at most 6 decimals/)
  expect(parseAmount('15', { decimals: 0 })).toBe(15n)
  expect(() => parseAmount('1.5', { decimals: 0 })).toThrow(/write whole tokens/)
  expect(wholeTokens(3n, USDC)).toBe(3_000_000n)
})

test('an amount is shown with the symbol of its token', () => {
  expect(formatTokens(1_500_000n, USDC)).toBe('1.5 USDC')
  expect(formatTokens(7n, { decimals: 0, symbol: '' })).toBe('7 tokens')
})

test('every amount comes back from its text', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }), fc.integer({ min: 0, max: 24 }), (amount, decimals) => {
      expect(parseAmount(formatAmount(amount, { decimals }), { decimals })).toBe(amount)
    }),
  )
})
