import type { TokenUnit } from '../../core/index.ts'

/** Unit of `DevelopmentToken`, which `deployQuorate` deploys where it is given no token. */
export const DEVELOPMENT_TOKEN: TokenUnit = { decimals: 18, symbol: 'dQRT' }
