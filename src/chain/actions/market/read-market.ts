import type { Address, Hash } from '../../../protocol/types.ts'
import { modelMarketAbi } from '../../abi/index.ts'
import type { Chain } from '../../connect-chain.ts'
import { readContract } from '../read-contract.ts'
import type { ReadOptions } from '../read-contract.ts'
import type { LicenceTerms } from './offer-licences.ts'

export interface ReadMarketParameters extends ReadOptions {
  market: Address
}

/** Licences that are, or were, for sale. */
export interface LicenceOffer extends LicenceTerms {
  offer: bigint
  /** Claim hash. */
  model: Hash
  seller: Address
  closed: boolean
  treasuryBps: number
  sold: bigint
}

/** A licence in use. */
export interface LicenceGrant {
  grant: bigint
  model: Hash
  holder: Address
  /** Unix seconds; `until` is 0 for a licence without end. */
  from: number
  until: number
  /** Whose receipts count the uses; zero for nobody's. */
  server: Address
  /** 0 without limit. */
  uses: number
  offer: bigint
}

/** Registry, ledger and token of a market. Errors: CONTRACT_NOT_FOUND, RPC_UNREACHABLE, CANCELLED. */
export async function readMarket(
  chain: Chain,
  { market, ...options }: ReadMarketParameters,
): Promise<{ registry: Address; ledger: Address; token: Address }> {
  const at = { ...options, address: market, abi: modelMarketAbi, args: [], doing: `read the market ${market}` } as const
  const [registry, ledger, token] = await Promise.all([
    readContract(chain, { ...at, functionName: 'registry' }),
    readContract(chain, { ...at, functionName: 'ledger' }),
    readContract(chain, { ...at, functionName: 'token' }),
  ])
  return { registry, ledger, token }
}

/** An offer by its number, from 1 on. Errors: TRANSACTION_REVERTED with `UnknownOffer`, and those of `readMarket`. */
export async function readOffer(
  chain: Chain,
  { market, offer, ...options }: ReadMarketParameters & { offer: bigint },
): Promise<LicenceOffer> {
  const { terms, ...made } = await readContract(chain, {
    ...options,
    address: market,
    abi: modelMarketAbi,
    functionName: 'offerOf',
    args: [offer],
    doing: `read offer ${offer}`,
  })
  return { offer, ...made, ...terms }
}

/** All offers of a market, oldest first. Errors as `readMarket`. */
export async function readOffers(chain: Chain, { market, ...options }: ReadMarketParameters): Promise<LicenceOffer[]> {
  const at = { ...options, address: market, abi: modelMarketAbi, doing: 'count the offers' } as const
  const count = await readContract(chain, { ...at, functionName: 'offers', args: [] })
  const offers: LicenceOffer[] = []
  for (let offer = 1n; offer <= count; offer++) offers.push(await readOffer(chain, { ...options, market, offer }))
  return offers
}

/** A licence in use. Errors: TRANSACTION_REVERTED with `UnknownGrant`, and those of `readMarket`. */
export async function readGrant(
  chain: Chain,
  { market, grant, ...options }: ReadMarketParameters & { grant: bigint },
): Promise<LicenceGrant> {
  const given = await readContract(chain, {
    ...options,
    address: market,
    abi: modelMarketAbi,
    functionName: 'grantOf',
    args: [grant],
    doing: `read grant ${grant}`,
  })
  return { grant, ...given }
}

/** All revenue of a model that contributors share, what of it was paid, and what one contributor was paid, token wei. Errors as `readMarket`. */
export async function readRevenue(
  chain: Chain,
  { market, model, contributor, ...options }: ReadMarketParameters & { model: Hash; contributor: Address },
): Promise<{ total: bigint; paid: bigint; contributorPaid: bigint }> {
  const at = { ...options, address: market, abi: modelMarketAbi, doing: `read the revenue of model ${model}` } as const
  const [[total, paid], contributorPaid] = await Promise.all([
    readContract(chain, { ...at, functionName: 'revenueOf', args: [model] }),
    readContract(chain, { ...at, functionName: 'revenuePaid', args: [model, contributor] }),
  ])
  return { total, paid, contributorPaid }
}
