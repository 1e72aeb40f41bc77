/** Actions of `ModelMarket`: licences and revenue of registered models. */
export * from './activate-licence.ts'
export * from './buy-licences.ts'
export * from './claim-revenue.ts'
export * from './contribute-revenue.ts'
export * from './deploy-market.ts'
export * from './offer-licences.ts'
export * from './read-market.ts'
