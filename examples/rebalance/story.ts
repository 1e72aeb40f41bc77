/**
 * An agent keeps a portfolio near its target and sells when the asset becomes risky, through a `GuardedExecutor` on a local chain. The executor caps its turnover, the portfolio its
 * exposure, and the breaker stops it on a day of panic. In the end a thief has the key of the agent, and gets no further.
 *
 *     node examples/rebalance/story.ts
 */
import { LIMITS, openMarket } from './open-market.ts'
import type { Market, Outcome } from './open-market.ts'
import { planTrade } from './plan-trade.ts'
import type { Policy } from './plan-trade.ts'

const POLICY: Policy = { target: 4500n, band: 300n, threshold: LIMITS.threshold, largest: LIMITS.perAction }
const DAY = 86_400
/** What an agent trades at most in a day of this story. */
const TRADES = 2

/** Prices of days; the fall of a fifth is the panic. */
export const PRICES = [1, 1.01, 1.04, 1.03, 0.82, 0.83, 0.84, 0.84] as const

export interface Day {
  price: number
  risk: bigint
  trades: { buy: boolean; value: bigint; outcome: Outcome }[]
  exposureBps: number
}

/** How much a price moved: 2 % count 92, a fifth counts 920, which is extreme. */
function riskOf(price: number, before: number): bigint {
  return BigInt(Math.min(1000, Math.round((Math.abs(price - before) / before) * 4600)))
}

/** Plays the days, one after the other. The owner resets the breaker on the morning after it tripped. */
export async function playDays(market: Market, prices: readonly number[], tell: (day: Day) => void = () => {}): Promise<Day[]> {
  const days: Day[] = []
  for (const [index, price] of prices.entries()) {
    const risk = riskOf(price, prices[index - 1] ?? price)
    await market.setPrice(price)
    await market.score(risk)
    const trades: Day['trades'] = []
    for (let n = 0; n < TRADES; n++) {
      const trade = planTrade(await market.holdings(), risk, POLICY)
      if (trade === undefined) break
      trades.push({ ...trade, outcome: await market.act(trade) })
      await market.pass(60)
    }
    const day = { price, risk, trades, exposureBps: (await market.holdings()).exposureBps }
    days.push(day)
    tell(day)
    if (trades.some(({ outcome }) => outcome === 'tripped')) await market.reset()
    await market.pass(DAY)
  }
  return days
}

function lineOf({ price, risk, trades, exposureBps }: Day, index: number): string {
  const did = trades.map(({ buy, value, outcome }) => `${buy ? 'buys' : 'sells'} ${value}: ${wordsOf(outcome)}`)
  return `day ${index + 1}  price ${price.toFixed(2)}  risk ${String(risk).padStart(4)}  exposure ${(exposureBps / 100).toFixed(1)} %  ${did.join('; ')}`
}

const wordsOf = (outcome: Outcome): string => (typeof outcome === 'string' ? outcome : `refused (${outcome.refused})`)

async function tellStory(): Promise<void> {
  await using market = await openMarket()
  let index = 0
  await playDays(market, PRICES, (day) => console.log(lineOf(day, index++)))
  console.log('\nA thief has the key of the agent:')
  await market.score(0n)
  for (const value of [500_000n, 150_000n, 150_000n]) {
    console.log(`  buys ${value}: ${wordsOf(await market.act({ buy: true, value }))}`)
    await market.pass(60)
  }
}

if (import.meta.main) await tellStory()
