import { createTestClient, http } from 'viem'
import type { Anvil } from '../../../src/chain/index.ts'

/** Moves the time of a chain to a second that is still to come, and mines a block there. */
export async function jumpTo(second: number, { rpcUrl }: Pick<Anvil, 'rpcUrl'>): Promise<void> {
  const client = createTestClient({ mode: 'anvil', transport: http(rpcUrl) })
  await client.setNextBlockTimestamp({ timestamp: BigInt(second) })
  await client.mine({ blocks: 1 })
}
