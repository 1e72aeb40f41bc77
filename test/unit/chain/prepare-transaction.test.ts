import { RpcRequestError } from 'viem'
import { describe, expect, it } from 'vitest'
import type { Chain } from '../../../src/chain/index.ts'
import { prepareTransaction } from '../../../src/chain/transactions/prepare-transaction.ts'

const ACCOUNT = `0x${'11'.repeat(20)}` as const

/** A node that answers about some blocks only. */
function node(answers: (blockTag: string) => Promise<bigint>): { chain: Pick<Chain, 'publicClient'>; asked: string[] } {
  const asked: string[] = []
  const publicClient = {
    estimateGas: async ({ blockTag }: { blockTag: string }) => {
      asked.push(blockTag)
      return answers(blockTag)
    },
    call: async () => ({}),
    getBalance: async () => 10n ** 18n,
    getTransactionCount: async () => 7,
    getBlock: async () => ({ baseFeePerGas: null }),
    getGasPrice: async () => 1n,
  }
  return { chain: { publicClient: publicClient as unknown as Chain['publicClient'] }, asked }
}

const refusal = (message: string, data?: string): RpcRequestError =>
  new RpcRequestError({ body: {}, url: 'http://node', error: { code: -32_000, message, ...(data && { data }) } })

describe('preparing a transaction', () => {
  const call = { account: ACCOUNT, to: ACCOUNT, data: '0x1234' } as const

  it('asks what the call does in the next block, whose time is the one that counts', async () => {
    const { chain, asked } = node(async () => 50_000n)
    expect(await prepareTransaction(chain, call, 'try')).toMatchObject({ nonce: 7 })
    expect(asked).toEqual(['pending'])
  })

  it('asks about the latest block where the node knows nothing of the next', async () => {
    const { chain, asked } = node(async (blockTag) => {
      if (blockTag === 'pending') throw refusal('pending block is not available')
      return 50_000n
    })
    await prepareTransaction(chain, call, 'try')
    expect(asked).toEqual(['pending', 'latest'])
  })

  it("takes the contract's refusal for an answer", async () => {
    const { chain, asked } = node(async () => {
      throw refusal('execution reverted', '0x12345678')
    })
    await expect(prepareTransaction(chain, call, 'try')).rejects.toThrow('execution reverted')
    expect(asked).toEqual(['pending'])
  })
})
