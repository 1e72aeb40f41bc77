import { afterAll, beforeAll, expect, it } from 'vitest'
import { LIMITS, openMarket } from '../../../examples/rebalance/open-market.ts'
import type { Market } from '../../../examples/rebalance/open-market.ts'
import { planTrade } from '../../../examples/rebalance/plan-trade.ts'
import { playDays, PRICES } from '../../../examples/rebalance/story.ts'
import type { Day } from '../../../examples/rebalance/story.ts'

let market: Market
let days: Day[]

beforeAll(async () => {
  market = await openMarket()
  days = await playDays(market, PRICES)
}, 120_000)
afterAll(async () => market[Symbol.asyncDispose]())

it('keeps exposure and turnover within their caps', () => {
  for (const { trades, exposureBps } of days) {
    expect(exposureBps).toBeLessThanOrEqual(LIMITS.exposureBps)
    const turnover = trades.reduce((sum, { value, outcome }) => (outcome === 'executed' ? sum + value : sum), 0n)
    expect(turnover).toBeLessThanOrEqual(LIMITS.perDay)
  }
  // The first day needs more than the turnover of a day.
  expect(days[0]!.trades.map(({ outcome }) => outcome)).toEqual(['executed', { refused: 'overWindow' }])
  // At the target, rounded down.
  expect(days.at(-1)!.exposureBps).toBe(4499)
})

it('sells when the asset is riskier, and stops on the day of panic until the owner has looked', () => {
  const [, , third, , panic, after] = days
  expect(third!.trades).toMatchObject([{ buy: false, outcome: 'executed' }])
  expect(panic!.risk).toBeGreaterThanOrEqual(LIMITS.extreme)
  expect(panic!.trades.map(({ outcome }) => outcome)).toEqual(['tripped', { refused: 'tripped' }])
  expect(after!.trades).toMatchObject([{ outcome: 'executed' }])
})

it('gives a thief with the key of the agent no more', async () => {
  await market.score(0n)
  const before = await market.holdings()
  expect(await market.act({ buy: true, value: LIMITS.perAction + 1n })).toEqual({ refused: 'overAction' })
  // It would be above the exposure that the portfolio allows.
  expect(await market.act({ buy: true, value: LIMITS.perAction })).toEqual({ refused: 'call' })
  await market.score(LIMITS.threshold)
  expect(await market.act({ buy: false, value: 1n })).toEqual({ refused: 'risky' })
  expect(await market.holdings()).toEqual(before)
  await market.pass(3 * 86_400)
  // Nobody scores any more.
  expect(await market.act({ buy: false, value: 1n })).toBe('tripped')
  await market.score(0n)
  expect(await market.act({ buy: false, value: 1n })).toEqual({ refused: 'tripped' })
  await market.reset()
  expect(await market.act({ buy: false, value: 1n })).toBe('executed')
}, 120_000)

it('plans no trade within the band, and never more than one trade may be', () => {
  const policy = { target: 5000n, band: 300n, threshold: 400n, largest: 100n }
  const plan = (cash: bigint, asset: bigint, risk = 0n) => planTrade({ cash, asset }, risk, policy)
  expect(plan(500n, 500n)).toBeUndefined()
  expect(plan(530n, 470n)).toBeUndefined()
  expect(plan(531n, 469n)).toEqual({ buy: true, value: 31n })
  expect(plan(1000n, 0n)).toEqual({ buy: true, value: 100n })
  expect(plan(500n, 500n, 200n)).toEqual({ buy: false, value: 100n })
  expect(plan(940n, 60n, 400n)).toEqual({ buy: false, value: 60n })
  expect(plan(0n, 0n)).toBeUndefined()
})
