import { createTestClient, http, keccak256, zeroAddress, zeroHash } from 'viem'
import { describe, expect, it } from 'vitest'
import { encodeHeader, readHeader, startAnvil } from '../../../src/chain/index.ts'
import type { Chain, RawBlock } from '../../../src/chain/index.ts'
import { connect } from './harness.ts'

/** The fields that each fork added, newest first. */
const FORKS: readonly (readonly [string, string | undefined])[] = [
  ['prague', 'requestsHash'],
  ['cancun', 'parentBeaconBlockRoot'],
  ['shanghai', 'withdrawalsRoot'],
  ['paris', 'baseFeePerGas'],
  ['berlin', undefined],
]

async function rawBlock({ publicClient }: Chain): Promise<RawBlock> {
  return publicClient.request({ method: 'eth_getBlockByNumber', params: ['latest', false] }) as never
}

describe.each(FORKS)('a header of a %s chain', (hardfork, newest) => {
  it('hashes to the hash of its block', async () => {
    await using anvil = await startAnvil({ hardfork, mining: 'manual' })
    const chain = await connect(anvil)
    const test = createTestClient({ mode: 'anvil', transport: http(anvil.rpcUrl) })
    await test.mine({ blocks: 300 })
    const block = await rawBlock(chain)
    if (newest) expect(block[newest]).toBeDefined()
    for (const blockNumber of [0n, 1n, 127n, 128n, 256n, 300n]) {
      const { hash } = await chain.publicClient.getBlock({ blockNumber })
      expect(keccak256(await readHeader(chain, { blockNumber }))).toBe(hash)
    }
    await expect(readHeader(chain, { blockNumber: 301n })).rejects.toMatchObject({ code: 'RPC_UNREACHABLE' })
  })
})

describe('a header of a fork that nobody knows yet', () => {
  const hash = `0x${'12'.repeat(32)}` as const

  /** A node that shows the last block with another hash, as one with further fields has. */
  async function withOther(raw: () => unknown): Promise<{ chain: Chain; stop: () => Promise<void>; header: `0x${string}` }> {
    const anvil = await startAnvil({ mining: 'manual' })
    const chain = await connect(anvil)
    const block = await rawBlock(chain)
    const header = encodeHeader(block)!
    const request = async ({ method }: { method: string }): Promise<unknown> =>
      method === 'debug_getRawHeader' ? raw() : { ...block, hash: keccak256('0x1234'), further: '0x01' }
    return { chain: { ...chain, publicClient: { request } as never }, stop: async () => anvil.stop(), header }
  }

  it('is refused, with what to do', async () => {
    const { chain, stop } = await withOther(() => {
      throw new Error('method not found')
    })
    try {
      await expect(readHeader(chain, { blockNumber: 0n })).rejects.toMatchObject({ code: 'HEADER_UNSUPPORTED' })
    } finally {
      await stop()
    }
  })

  it('is taken from a node that serves it whole, and from no node that serves another', async () => {
    const serves = await withOther(() => '0x1234')
    const serving = await readHeader(serves.chain, { blockNumber: 0n })
    const lies = await withOther(() => hash)
    try {
      expect(serving).toBe('0x1234')
      await expect(readHeader(lies.chain, { blockNumber: 0n })).rejects.toMatchObject({ code: 'HEADER_UNSUPPORTED' })
    } finally {
      await serves.stop()
      await lies.stop()
    }
  })
})

it('hashes the first block of Ethereum to its hash', () => {
  const empty = '0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421'
  const header = encodeHeader({
    parentHash: zeroHash,
    sha3Uncles: '0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347',
    miner: zeroAddress,
    stateRoot: '0xd7f8974fb5ac78d9ac099b9ad5018bedc2ce0a72dad1827a1709da30580f0544',
    transactionsRoot: empty,
    receiptsRoot: empty,
    logsBloom: `0x${'00'.repeat(256)}`,
    difficulty: '0x400000000',
    number: '0x0',
    gasLimit: '0x1388',
    gasUsed: '0x0',
    timestamp: '0x0',
    extraData: '0x11bbe8db4e347b4e8c937c1c8370e4b5ed33adb3db69cbdb7a38e1e50b1b82fa',
    mixHash: zeroHash,
    nonce: '0x0000000000000042',
  })
  expect(keccak256(header!)).toBe('0xd4e56740f876aef8c010b86a40d5f56745a118d0906a34e69aec8c0db1cb8fa3')
})

it('makes no header of a block that lacks a field', () => {
  expect(encodeHeader({ parentHash: '0x00' })).toBeUndefined()
  expect(encodeHeader({ parentHash: 7 })).toBeUndefined()
})
