import type { TestChain } from '../../integration/chain/harness.ts'

export interface Reorganisation {
  /** Blocks that are replaced by as many others. */
  depth: number
  /** Whether their transactions are mined again, all of them in the first of the new blocks. */
  keep?: boolean
}

/** Replaces the last blocks of the chain. */
export async function reorganise({ chain, test }: TestChain, { depth, keep = false }: Reorganisation): Promise<void> {
  const head = await chain.publicClient.getBlockNumber()
  const again: [raw: string, block: number][] = []
  const from = keep ? head - BigInt(depth) + 1n : head + 1n
  for (let number = from; number <= head; number++) {
    const { transactions } = await chain.publicClient.getBlock({ blockNumber: number })
    for (const hash of transactions) {
      const raw = await test.request({ method: 'debug_getRawTransaction', params: [hash] } as never)
      again.push([raw, 0])
    }
  }
  await test.request({ method: 'anvil_reorg', params: [depth, again] } as never)
}
