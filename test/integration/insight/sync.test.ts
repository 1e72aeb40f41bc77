import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { numberToHex, parseEther } from 'viem'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startAnvil } from '../../../src/chain/index.ts'
import { literal, withDuckDb } from '../../../src/data/loaders/duckdb.ts'
import { runQuorate } from '../../support/cli/run-quorate.ts'
import { reorganise } from '../../support/chain/reorganise.ts'
import { startRpcProxy } from '../../support/chain/rpc-proxy.ts'
import { startTestChain } from '../chain/harness.ts'
import type { TestChain } from '../chain/harness.ts'

const MAIN = resolve(import.meta.dirname, '../../../cli/main.ts')

let on: TestChain
let root: string
const place = (name: string): string => join(root, name)

/** Payments between development accounts, a block each. */
async function pay(count: number): Promise<void> {
  const { accounts } = on.anvil
  for (let index = 0; index < count; index++) {
    const [from, to] = [accounts[index % 5]!, accounts[30 + (index % 7)]!].map(({ address }) => address)
    const params = [{ from, to, value: numberToHex(parseEther('0.01')) }]
    await on.test.request({ method: 'eth_sendTransaction', params } as never)
  }
}

const sync = async (folder: string, ...args: string[]) =>
  runQuorate('insight', 'sync', place(folder), '--rpc', on.anvil.rpcUrl, '--finality', '0', ...args)

async function query(folder: string, table: string, select: string): Promise<unknown[][]> {
  return withDuckDb(async (connection) => {
    const files = literal(`${place(folder)}/parts/*/${table}.parquet`)
    const reader = await connection.runAndReadAll(`SELECT ${select} FROM read_parquet(${files})`)
    return reader.getRowsJson()
  })
}

/** The folder against the chain, asked block by block. */
async function expectChain(folder: string): Promise<void> {
  const head = await on.chain.publicClient.getBlockNumber()
  const blocks: string[] = []
  const transactions: string[] = []
  const logs: string[] = []
  for (let blockNumber = 0n; blockNumber <= head; blockNumber++) {
    const block = await on.chain.publicClient.getBlock({ blockNumber })
    blocks.push(block.hash)
    transactions.push(...block.transactions)
    const found = await on.chain.publicClient.getLogs({ blockHash: block.hash })
    logs.push(...found.map(({ blockHash, logIndex, topics }) => `${blockHash} ${logIndex} ${topics[0]}`))
  }
  const column = async (table: string, select: string) => (await query(folder, table, select)).map(([value]) => value)
  expect(await column('blocks', 'hash')).toEqual(blocks)
  expect(await column('transactions', 'hash')).toEqual(transactions)
  const numbers = await query(folder, 'logs', 'block_number, log_index, topic0')
  expect(numbers.map(([number, index, topic]) => `${blocks[Number(number)]} ${String(index)} ${String(topic)}`)).toEqual(logs)
}

beforeAll(async () => {
  on = await startTestChain({ mining: 'automine' })
  root = await mkdtemp(join(tmpdir(), 'quorate-insight-'))
  await pay(20)
}, 240_000)
afterAll(async () => {
  await on[Symbol.asyncDispose]()
  await rm(root, { recursive: true })
})

it('holds what the chain holds, and goes on where it ended', async () => {
  const first = await sync('growing', '--part-blocks', '16')
  expect(first.last).toMatchObject({ event: 'synced', ok: true, from: '0', dropped: '0' })
  await pay(9)
  expect((await sync('growing')).last).toMatchObject({ blocks: '9', transactions: 9, dropped: '0' })
  expect((await sync('growing')).last).toMatchObject({ blocks: '0', transactions: 0 })
  await expectChain('growing')
  const [[value, succeeded, input]] = (await query('growing', 'transactions', 'value, succeeded, input_bytes')).slice(-1) as [
    unknown[],
  ]
  expect([value, succeeded, input]).toEqual(['10000000000000000', true, 0])
}, 240_000)

it('follows a reorganisation of depth 8', async () => {
  await sync('growing', '--part-blocks', '5')
  await pay(12)
  await sync('growing', '--part-blocks', '5')
  await reorganise(on, { depth: 8 })
  await pay(3)
  const { last, stderr } = await sync('growing', '--part-blocks', '5')
  expect(last).toMatchObject({ ok: true })
  expect(Number(last['dropped'])).toBeGreaterThanOrEqual(8)
  expect(stderr).toContain('the chain replaced blocks')
  await expectChain('growing')
}, 240_000)

it('follows a reorganisation that comes while it reads', async () => {
  await pay(12)
  await using proxy = await startRpcProxy(on.anvil.rpcUrl)
  let asked = 0
  proxy.fault = async ({ calls }) => {
    if (calls.some(({ method }) => method === 'eth_getBlockReceipts') && ++asked === 2)
      await reorganise(on, { depth: 8, keep: true })
    return undefined
  }
  const { last } = await runQuorate(
    'insight',
    'sync',
    place('moving'),
    '--rpc',
    proxy.url,
    '--finality',
    '0',
    '--part-blocks',
    '7',
  )
  expect(last).toMatchObject({ ok: true })
  expect(asked).toBeGreaterThan(2)
  await expectChain('moving')
}, 240_000)

it('goes on after kill -9 between and within its parts, and counts nothing twice', async () => {
  const args = ['insight', 'sync', place('killed'), '--rpc', on.anvil.rpcUrl, '--finality', '0', '--part-blocks', '3']
  for (const parts of [1, 2, 4]) {
    const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'ignore', 'pipe'] })
    let told = 0
    // The next part is being read or written by then.
    child.stderr.on('data', (data: Buffer) => {
      told += data.toString().split('\n').length - 1
      if (told >= parts) child.kill('SIGKILL')
    })
    const [, signal] = (await once(child, 'exit')) as [unknown, string]
    expect(signal).toBe('SIGKILL')
  }
  // What a process leaves that dies within a part, or while it takes one away.
  for (const name of ['.writing-a1', '.dropped-b2']) {
    await mkdir(join(place('killed'), name))
    await writeFile(join(place('killed'), name, 'transactions.parquet'), 'PAR1')
  }
  expect((await sync('killed')).last).toMatchObject({ ok: true })
  await expectChain('killed')
  expect((await readdir(place('killed'))).filter((name) => name.startsWith('.'))).toEqual([])
}, 240_000)

it('reads the receipts one by one where the node does not give them by block', async () => {
  await using proxy = await startRpcProxy(on.anvil.rpcUrl, async ({ calls, batch, forward }) => {
    if (calls.every(({ method }) => method !== 'eth_getBlockReceipts')) return undefined
    const answers = await forward(calls)
    const body = answers.map((answer, index) =>
      calls[index]!.method === 'eth_getBlockReceipts'
        ? { jsonrpc: '2.0', id: calls[index]!.id, error: { code: -32_601, message: 'the method does not exist' } }
        : answer,
    )
    return { body: batch ? body : body[0] }
  })
  const { last } = await runQuorate('insight', 'sync', place('single'), '--rpc', proxy.url, '--finality', '0')
  expect(last).toMatchObject({ ok: true })
  await expectChain('single')
}, 240_000)

it('writes only final blocks by default', async () => {
  const { number } = await on.chain.publicClient.getBlock({ blockTag: 'finalized' })
  const { last } = await runQuorate('insight', 'sync', place('final'), '--rpc', on.anvil.rpcUrl)
  expect(last).toMatchObject({ ok: true, to: String(number) })
  expect(number).toBeLessThan(await on.chain.publicClient.getBlockNumber())
}, 120_000)

it('refuses a folder of another chain', async () => {
  await using fork = await startAnvil({ mining: 'automine' })
  await using other = await startAnvil({ chainId: 7, mining: 'automine' })
  const same = await runQuorate('insight', 'sync', place('growing'), '--rpc', fork.rpcUrl, '--max-reorg', '3')
  expect(same.last).toMatchObject({ code: 'CHAIN_HISTORY_DIFFERS' })
  const { last } = await runQuorate('insight', 'sync', place('growing'), '--rpc', other.rpcUrl)
  expect(last).toMatchObject({ code: 'CHAIN_ID_MISMATCH' })
  expect((await sync('growing')).last).toMatchObject({ ok: true, dropped: '0' })
}, 120_000)
