import type { Chain } from '../../src/chain/index.ts'

/** The newest second of which the chain knows every stake. */
export async function lastSecond(chain: Chain): Promise<number> {
  const { timestamp } = await chain.publicClient.getBlock({ blockTag: 'latest' })
  return Number(timestamp) - 1
}
