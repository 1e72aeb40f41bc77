import type { TestChain } from '../../integration/chain/harness.ts'

export interface Reorganisation {
  /** Blocks that are replaced by as many others. */
  depth: number
  /** Whether their transactions are mined again, all of them in the first of the new blocks. */
  keep?: boolean
}

/**
 * Replaces the last blocks of an automining chain, and mines the transactions that came meanwhile. An empty block more is mined and replaced:
 * anvil loses blocks when it reorganises while it mines, and after that block it mines nothing.
 */
export async function reorganise({ chain, test }: TestChain, { depth, keep = false }: Reorganisation): Promise<void> {
  await test.setAutomine(false)
  const last = await chain.publicClient.getBlockNumber()
  await test.mine({ blocks: 1 })
  const head = await chain.publicClient.getBlockNumber()
  const again: [raw: string, block: number][] = []
  const from = keep ? last - BigInt(depth) + 1n : head + 1n
  for (let number = from; number <= head; number++) {
    const { transactions } = await chain.publicClient.getBlock({ blockNumber: number })
    for (const hash of transactions) {
      const raw = await test.request({ method: 'debug_getRawTransaction', params: [hash] } as never)
      again.push([raw, 0])
    }
  }
  await test.request({ method: 'anvil_reorg', params: [Number(head - last) + depth, again] } as never)
  await test.setAutomine(true)
  await test.mine({ blocks: 1 })
}
