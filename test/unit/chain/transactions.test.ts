import { describe, expect, it } from 'vitest'
import { MemoryTransactionJournal, devAccounts, storedTransactionJournal } from '../../../src/chain/index.ts'
import type { TransactionIntent, TransactionJournal } from '../../../src/chain/index.ts'
import { callOf, feesOf, refuelled, signTransaction } from '../../../src/chain/transactions/sign-transaction.ts'
import { priceOf, replacementFees } from '../../../src/chain/transactions/transaction-fees.ts'
import type { TransactionFees } from '../../../src/chain/transactions/transaction-fees.ts'
import { createMemoryJournal } from '../../../src/storage/index.ts'

const { account } = devAccounts(1)[0]!
const to = '0x00000000000000000000000000000000000000bb'

const intent = (key: string, nonce: number, hash: string): TransactionIntent => ({
  key,
  chainId: 1,
  account: account.address,
  nonce,
  hash: `0x${hash}`,
  raw: '0x02',
})

const at = (maxFeePerGas: bigint, maxPriorityFeePerGas: bigint): TransactionFees => ({
  type: 'eip1559',
  maxFeePerGas,
  maxPriorityFeePerGas,
})

describe.each<[string, () => TransactionJournal]>([
  ['in memory', () => new MemoryTransactionJournal()],
  ['in a store', () => storedTransactionJournal(createMemoryJournal())],
])('a transaction journal %s', (_, open) => {
  it('holds the attempts of a purpose in order until it is finished', async () => {
    const journal = open()
    const attempts = Array.from({ length: 12 }, (_, i) => intent('post:1:7', 3, `0${i.toString(16)}`))
    for (const attempt of attempts) await journal.begin(attempt)
    // A purpose whose name begins like another's is its own.
    const other = intent('post:1:77', 4, 'ff')
    await journal.begin(other)
    const pending = await journal.pending()
    expect(pending.filter(({ key }) => key === 'post:1:7')).toEqual(attempts)
    await journal.finish('post:1:7', { status: 'lost' })
    expect(await journal.pending()).toEqual([other])
    await journal.finish('never begun', { status: 'lost' })
    await journal.finish('post:1:77', { status: 'landed', hash: '0xff', blockNumber: 1n })
    expect(await journal.pending()).toEqual([])
  })
})

describe('fees', () => {
  it('raise every price by an eighth, or to what the chain asks for', () => {
    expect(replacementFees(at(800n, 80n), at(500n, 50n))).toEqual(at(901n, 91n))
    expect(replacementFees(at(800n, 80n), at(5000n, 1n))).toEqual(at(5000n, 91n))
    const legacy: TransactionFees = { type: 'legacy', gasPrice: 80n }
    expect(replacementFees(legacy, { type: 'legacy', gasPrice: 1n })).toEqual({ type: 'legacy', gasPrice: 91n })
    expect(priceOf(legacy)).toBe(80n)
    expect(priceOf(at(800n, 80n))).toBe(800n)
  })

  it.each<[string, TransactionFees]>([
    ['with EIP-1559', at(800n, 80n)],
    ['without', { type: 'legacy', gasPrice: 80n }],
  ])('survive signing, %s', async (_, fees) => {
    const intent = await signTransaction(account, { key: 'k', chainId: 5, nonce: 9, gas: 21_000n, to, value: 3n, fees })
    expect(intent).toMatchObject({ key: 'k', chainId: 5, nonce: 9, account: account.address })
    expect(feesOf(intent)).toEqual(fees)
    expect(callOf(intent)).toMatchObject({ account: account.address, value: 3n })
    const raised = await signTransaction(account, refuelled(intent, replacementFees(fees, fees)))
    expect(raised).toMatchObject({ key: 'k', chainId: 5, nonce: 9 })
    expect(raised.hash).not.toBe(intent.hash)
    expect(callOf(raised)).toEqual(callOf(intent))
  })
})
