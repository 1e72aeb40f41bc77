import type { Command } from 'commander'
import { activateLicence, buyLicences, readOffer, readOffers } from '../../src/chain/index.ts'
import type { LicenceOffer } from '../../src/chain/index.ts'
import { createOutput } from '../../src/console/index.ts'
import { formatTokens, plural } from '../../src/core/index.ts'
import type { TokenUnit } from '../../src/core/index.ts'
import type { Address, Hash } from '../../src/protocol/index.ts'
import { address, positiveNumber } from '../chain-options.ts'
import { hash } from '../model/options.ts'
import { taskNumber } from '../model/names.ts'
import { readingMarket, tradingOn, withMarket, withTrader } from './session.ts'
import type { MarketFlags, TraderFlags } from './session.ts'

interface BuyFlags extends TraderFlags {
  amount: number
}

/** `quorate market list | buy | activate`: for those who want to use models. */
export default function buyCommands(market: Command): void {
  withMarket(market.command('list'))
    .description('list what is for sale')
    .option('--model <claim>', 'only licences of the model with this claim hash', hash)
    .action(async (flags: MarketFlags & { model?: Hash }) => list(flags))

  withTrader(market.command('buy <offer>'), 'key of the account that pays and owns the licences')
    .description('buy licences; they run from their activation')
    .option('--amount <n>', 'how many', positiveNumber, 1)
    .action(async (offer: string, flags: BuyFlags) => buy(taskNumber(offer), flags))

  withTrader(market.command('activate <offer>'), 'key of the account that owns a licence')
    .description('use up one licence: its term and uses begin')
    .option('--server <address>', 'the signer whose receipts count the uses', address)
    .action(async (offer: string, flags: TraderFlags & { server?: Address }) => activate(taskNumber(offer), flags))
}

async function list(flags: MarketFlags & { model?: Hash }): Promise<void> {
  const output = createOutput(flags.json)
  await readingMarket(flags, async ({ chain, market, unit, signal }) => {
    const all = await readOffers(chain, { market, signal })
    const offers = all.filter(({ model }) => flags.model === undefined || model === flags.model)
    for (const offer of offers) output.result({ event: 'offer', ...offer }, describe(offer, unit))
    output.result({ event: 'offers', ok: true, offers: offers.length }, plural(offers.length, 'offer'))
  })
}

function describe({ offer, model, price, term, uses, supply, sold, closed, seller }: LicenceOffer, unit: TokenUnit): string {
  const terms = [
    term === 0 ? 'without end' : `for ${plural(term / 86_400, 'day')}`,
    uses === 0 ? 'any number of uses' : plural(uses, 'use'),
    closed ? 'closed' : `${supply - sold} left`,
  ]
  return `offer ${offer}: ${formatTokens(price, unit)}, ${terms.join(', ')}\n    model ${model}, by ${seller}`
}

async function buy(offer: bigint, flags: BuyFlags): Promise<void> {
  await tradingOn(flags, async ({ chain, contracts, sender, market, unit, signal }) => {
    const { price, model } = await readOffer(chain, { market, offer, signal })
    const amount = BigInt(flags.amount)
    const cost = price * amount
    await buyLicences(sender, { market, token: contracts.token, offer, amount, cost, signal })
    return {
      result: { event: 'bought', offer, model, amount, cost },
      text: `${plural(flags.amount, 'licence')} of offer ${offer} for ${formatTokens(cost, unit)}`,
    }
  })
}

async function activate(offer: bigint, flags: TraderFlags & { server?: Address }): Promise<void> {
  await tradingOn(flags, async ({ sender, market, signal }) => {
    const { grant, until, uses } = await activateLicence(sender, { market, offer, server: flags.server, signal })
    return {
      result: { event: 'activated', offer, grant, until, uses },
      text: `Grant ${grant}: ${until === 0 ? 'without end' : `until ${new Date(until * 1000).toISOString()}`}`,
    }
  })
}
