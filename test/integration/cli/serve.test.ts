import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { parseEther } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  activateLicence,
  askForReceipt,
  buyLicences,
  closeChannel,
  deployInference,
  deployMarket,
  mintDevelopmentTokens,
  offerLicences,
  openChannel,
  readStanding,
  readTokenBalance,
  registerModel,
  standForReceipts,
} from '../../../src/chain/index.ts'
import { createKeyFile } from '../../../src/config/index.ts'
import { parseReceipt, readWeightsFile, verifyReceipt } from '../../../src/market/index.ts'
import type { ReceiptFile } from '../../../src/market/index.ts'
import {
  genesisClaim,
  keccak,
  lowerHex,
  signRequest,
  signVoucher,
  specHash,
  toHex,
  ZERO_HASH,
} from '../../../src/protocol/index.ts'
import type { Address, Hash } from '../../../src/protocol/index.ts'
import {
  answerQuestions,
  Answerer,
  grantWord,
  openServedModel,
  Payments,
  postBatches,
  ReceiptBook,
  servingRoutes,
} from '../../../src/serving/index.ts'
import { tensorBytes } from '../../../src/serving/tensor-body.ts'
import { parseTaskDocument, selectBackend } from '../../../src/training/index.ts'
import { runQuorate } from '../../support/cli/run-quorate.ts'
import { postedModel } from '../../support/posted-model.ts'
import type { PostedModel } from '../../support/posted-model.ts'
import { hash, WINDOWS } from '../chain/harness.ts'

const MAIN = resolve(import.meta.dirname, '../../../cli/main.ts')
const [SERVER, PAYER] = [3, 4]
const PRICE = parseEther('0.01')

let posted: PostedModel
let log: Address
let channels: Address
let market: Address

const sender = (index: number) => posted.on.sender(index)
const account = (index: number) => privateKeyToAccount(posted.on.anvil.accounts[index]!.privateKey)
const server = (): Address => lowerHex(sender(SERVER).address)
const chainId = (): number => posted.on.chain.chainId
const token = (): Address => posted.on.contracts.token

beforeAll(async () => {
  posted = await postedModel({ ledgerTotal: 1n, ledgerRoot: hash('ledger') })
  const { on, folder, task, spec, claim } = posted
  for (const index of [SERVER, PAYER])
    await mintDevelopmentTokens(on.governor, { token: token(), to: sender(index).address, amount: parseEther('1000') })
  ;({ log, channels } = await deployInference(on.governor, { token: token(), bond: parseEther('1') }))
  const { registry } = on.deployment
  ;({ market } = await deployMarket(on.governor, { registry, token: token() }))
  await createKeyFile(join(folder, 'server.key'), on.anvil.accounts[SERVER]!.privateKey)
  await on.pass(WINDOWS.challenge)
  const genesis = genesisClaim(specHash(spec), spec.genesisModelRoot, ZERO_HASH)
  const metadata = { datasets: hash('data'), code: hash('code'), licence: hash('licence'), weights: ZERO_HASH }
  await registerModel(on.governor, { registry, task, round: 0n, claim: genesis })
  await registerModel(on.governor, { registry, task, round: 1n, claim, metadata })
}, 180_000)
afterAll(async () => posted[Symbol.asyncDispose]())

/** 28 × 28 grey values, the same in all pixels. */
const samples = (...greys: number[]): number[][] => greys.map((grey) => Array.from({ length: 784 }, () => grey))

/** Sends the bytes of a question, and checks the receipt of the answer against the bytes of both. */
async function ask(
  call: (init: RequestInit) => Promise<Response> | Response,
  body: string,
  payment?: string,
): Promise<{ status: number; json: Record<string, unknown>; receipt: ReceiptFile | undefined }> {
  const headers = { 'content-type': 'application/json', ...(payment !== undefined && { 'quorate-payment': payment }) }
  const response = await call({ method: 'POST', body, headers })
  const bytes = new Uint8Array(await response.arrayBuffer())
  const text = response.headers.get('quorate-receipt')
  const receipt = text === null ? undefined : parseReceipt(text)
  if (receipt) {
    const [input, output] = [toHex(keccak(new TextEncoder().encode(body))), toHex(keccak(bytes))]
    await verifyReceipt(receipt, { model: posted.id, server: server(), log, chainId: chainId(), input, output })
  }
  return { status: response.status, json: JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>, receipt }
}

describe('the routes of a served model', () => {
  let folder: string
  let book: ReceiptBook
  let call: (init: RequestInit) => Promise<Response>
  let get: (path: string) => Promise<Response>
  let close: () => void

  beforeAll(async () => {
    await selectBackend('cpu')
    folder = join(posted.folder, 'receipts')
    const { values } = await readWeightsFile(posted.weights)
    const model = await openServedModel(posted.id, parseTaskDocument(posted.document), values)
    book = new ReceiptBook(folder)
    const now = (): bigint => BigInt(Math.floor(Date.now() / 1000))
    const paid = { address: channels, price: PRICE }
    const facts = { chain: posted.on.chain, model: posted.id, server: server(), log }
    const payments = new Payments({ ...facts, market, channels: paid, free: false, now })
    const domain = { chainId: chainId(), contract: log }
    const answerer = new Answerer({ domain, model: posted.id, server: server(), account: account(SERVER), book, now })
    const app = servingRoutes({ model, payments, answerer, book, terms: {} })
    call = async (init) => app.request('/v1/predict', init)
    get = async (path) => app.request(path)
    close = () => {
      book[Symbol.dispose]()
      model[Symbol.dispose]()
    }
  }, 180_000)
  afterAll(() => close())

  it('answer nothing that is not paid, and nothing that is malformed', async () => {
    const body = JSON.stringify({ inputs: samples(0.5) })
    expect(await ask(call, body)).toMatchObject({ status: 402, json: { code: 'PAYMENT_REQUIRED' } })
    expect(await ask(call, body, 'grant 1')).toMatchObject({ status: 402 })
    for (const malformed of [
      '',
      '{}',
      '{"inputs":[]}',
      '{"inputs":[[1,2]]}',
      '{"inputs":[[1],[1,2]]}',
      '{"inputs":[["a"]]}',
      '[1e999]',
    ])
      expect(await ask(call, malformed), malformed).toMatchObject({ status: 400, json: { code: 'API_REQUEST_INVALID' } })
    expect(book.next()).toBe(0n)
  })

  it('describe themselves', async () => {
    expect(await (await get('/v1/model')).json()).toMatchObject({ model: posted.id, inputShape: [28, 28, 1], outputs: 10 })
    const description = (await (await get('/v1/openapi.json')).json()) as { paths: Record<string, unknown> }
    expect(Object.keys(description.paths)).toEqual(['/v1/model', '/v1/predict'])
  })

  it('take and give tensors', async () => {
    const { channel } = await openChannel(sender(PAYER), {
      channels,
      token: token(),
      server: sender(SERVER).address,
      signer: account(PAYER).address,
      amount: PRICE,
    })
    const voucher = await signVoucher({ chainId: chainId(), contract: channels }, { channel, total: PRICE }, account(PAYER))
    const values = Float32Array.from({ length: 2 * 784 }, (_, index) => (index % 7) / 7)
    const headers = { 'content-type': 'application/vnd.safetensors', 'quorate-payment': `channel ${channel} ${PRICE} ${voucher}` }
    const send = async (body: Uint8Array) => call({ method: 'POST', body: body as Uint8Array<ArrayBuffer>, headers })
    for (const malformed of [new Uint8Array(3), new Uint8Array(64).fill(255), tensorBytes('other', [2, 784], values)])
      expect((await send(malformed)).status).toBe(400)
    const body = tensorBytes('inputs', [2, 28, 28, 1], values)
    const response = await send(body)
    const bytes = new Uint8Array(await response.arrayBuffer())
    const receipt = parseReceipt(response.headers.get('quorate-receipt')!)
    await verifyReceipt(receipt, { input: toHex(keccak(body)), output: toHex(keccak(bytes)) })
    const length = Number(new DataView(bytes.buffer).getBigUint64(0, true))
    expect(JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)))).toMatchObject({ outputs: { shape: [2, 10] } })
    expect(bytes.length).toBe(8 + length + 2 * 10 * 4)
  })

  it('take each voucher once, and settle all calls in one transaction', async () => {
    const payer = sender(PAYER)
    const opened = {
      channels,
      token: token(),
      server: sender(SERVER).address,
      signer: account(PAYER).address,
      amount: parseEther('1'),
    }
    const { channel } = await openChannel(payer, opened)
    const pay = async (total: bigint): Promise<string> =>
      `channel ${channel} ${total} ${await signVoucher({ chainId: chainId(), contract: channels }, { channel, total }, account(PAYER))}`
    const body = JSON.stringify({ inputs: samples(0, 1) })
    for (let answered = 1n; answered <= 5n; answered++) {
      const { status, json, receipt } = await ask(call, body, await pay(answered * PRICE))
      expect(status).toBe(200)
      expect((json['outputs'] as number[][]).map((row) => row.length)).toEqual([10, 10])
      expect(receipt!.receipt).toMatchObject({ grant: channel, nonce: answered })
    }
    // Replayed, too small, beyond the deposit, signed by another.
    for (const total of [5n * PRICE, 6n * PRICE - 1n, parseEther('1') + 1n])
      expect(await ask(call, body, await pay(total))).toMatchObject({ status: 402 })
    const forged = (await pay(6n * PRICE)).replace(/.$/, (last) => (last === 'b' ? 'c' : 'b'))
    expect(await ask(call, body, forged)).toMatchObject({ status: 402 })
    // Of several calls at once with one voucher, one is answered.
    const voucher = await pay(6n * PRICE)
    const answers = await Promise.all(Array.from({ length: 5 }, async () => ask(call, body, voucher)))
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 402, 402, 402, 402])
    const kept = book.vouchers().find((voucher) => voucher.channel === channel)
    expect(kept).toMatchObject({ channel, total: 6n * PRICE })
    const before = await readTokenBalance(posted.on.chain, { token: token(), owner: sender(SERVER).address })
    await closeChannel(sender(SERVER), { channels, ...kept! })
    const after = await readTokenBalance(posted.on.chain, { token: token(), owner: sender(SERVER).address })
    expect(after - before).toBe(6n * PRICE)
  }, 180_000)

  it('answer as often as a licence says, for its holder alone', async () => {
    const { on, task, claim } = posted
    const terms = { price: parseEther('1'), term: 365 * 86_400, uses: 2, supply: 1n, royaltyBps: 0 }
    const { offer } = await offerLicences(on.governor, { market, task, round: 1n, claim, terms })
    await buyLicences(sender(PAYER), { market, token: token(), offer, amount: 1n, cost: terms.price })
    const { grant } = await activateLicence(sender(PAYER), { market, offer, server: sender(SERVER).address })
    const domain = { chainId: chainId(), contract: log }
    const body = JSON.stringify({ inputs: samples(0.25) })
    const input = toHex(keccak(new TextEncoder().encode(body)))
    const signed = async (time: bigint, by = PAYER, asked: Hash = input): Promise<string> => {
      const request = { model: posted.id, input: asked, grant: grantWord(grant), time, server: server() }
      return `grant ${grant} ${time} ${await signRequest(domain, request, account(by))}`
    }
    const now = BigInt(Math.floor(Date.now() / 1000))
    expect(await ask(call, body, await signed(now, SERVER))).toMatchObject({ status: 402 })
    expect(await ask(call, body, await signed(now, PAYER, hash('another')))).toMatchObject({ status: 402 })
    expect(await ask(call, body, await signed(now - 1000n))).toMatchObject({ status: 402 })
    const first = await ask(call, body, await signed(now))
    expect(first).toMatchObject({ status: 200, receipt: { receipt: { grant: grantWord(grant) } } })
    expect(await ask(call, body, await signed(now))).toMatchObject({
      status: 402,
      json: { message: expect.stringContaining('before') },
    })
    expect(await ask(call, body, await signed(now + 1n))).toMatchObject({ status: 200 })
    expect(await ask(call, body, await signed(now + 2n))).toMatchObject({
      status: 402,
      json: { message: expect.stringContaining('2 uses') },
    })
  }, 180_000)

  it('put every receipt on chain once', async () => {
    const count = Number(book.next())
    expect(await postBatches(sender(SERVER), { log, book })).toBe(count)
    expect(await postBatches(sender(SERVER), { log, book })).toBe(0)
    expect(await readStanding(posted.on.chain, { log, server: server() })).toMatchObject({ next: BigInt(count) })
    // Somebody asks for one of them: the server shows it, and loses nothing.
    const deposit = parseEther('10')
    await standForReceipts(sender(SERVER), { log, token: token(), amount: deposit })
    await posted.on.pass(86_400 + 60)
    await askForReceipt(sender(PAYER), { log, token: token(), signed: parseReceipt(book.receipt(3n)!.text) })
    expect(await answerQuestions(sender(SERVER), { log, book })).toBe(1)
    expect(await answerQuestions(sender(SERVER), { log, book })).toBe(0)
    expect(await readStanding(posted.on.chain, { log, server: server() })).toMatchObject({ deposit, questions: 0 })
    const other = join(posted.folder, 'another')
    using empty = new ReceiptBook(other)
    await expect(postBatches(sender(SERVER), { log, book: empty })).rejects.toMatchObject({ code: 'RECEIPTS_LOST' })
  })
})

describe('quorate serve', () => {
  const args = (...more: string[]): string[] => {
    const { on, folder, task, evidence, weights } = posted
    const chain = ['--rpc', on.anvil.rpcUrl, '--ledger', on.contracts.ledger, '--log', log, '--listen', '127.0.0.1:0']
    const files = ['--weights', weights, '--evidence', evidence, '--key-file', join(folder, 'server.key')]
    return ['serve', String(task), '1', ...chain, ...files, '--backend', 'cpu', ...more]
  }

  async function start(): Promise<{ child: ChildProcess; url: string; next: bigint }> {
    const state = ['--state', join(posted.folder, 'receipts'), '--free', '--json']
    const child = spawn(process.execPath, [MAIN, ...args(...state)], { stdio: ['ignore', 'pipe', 'inherit'] })
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
    const { address, next } = JSON.parse(line) as { address: string; next: string }
    return { child, url: `http://${address}/v1/predict`, next: BigInt(next) }
  }

  it('signs no number twice when it is killed between answers', async () => {
    const body = JSON.stringify({ inputs: samples(0.5) })
    const nonces: bigint[] = []
    let expected: bigint | undefined
    for (let life = 0; life < 2; life++) {
      const { child, url, next } = await start()
      expect(next).toBe(expected ?? next)
      for (let answered = 0; answered < 3; answered++) {
        const { receipt } = await ask(async (init) => fetch(url, init), body)
        nonces.push(receipt!.receipt.nonce)
      }
      child.kill('SIGKILL')
      await once(child, 'exit')
      expected = next + 3n
    }
    expect(nonces).toEqual(nonces.map((_, index) => nonces[0]! + BigInt(index)))
  }, 240_000)

  it('starts with no other file, no other folder of receipts, and no way to pay', async () => {
    const other = join(posted.folder, 'empty')
    expect(await runQuorate(...args('--state', other, '--free'))).toMatchObject({ code: 7, last: { code: 'RECEIPTS_LOST' } })
    expect(await runQuorate(...args('--state', other))).toMatchObject({ code: 2, last: { code: 'USAGE' } })
    await rm(other, { recursive: true, force: true })
    const wrong = args('--state', other, '--free').map((arg) => (arg === '1' ? '0' : arg))
    expect(await runQuorate(...wrong)).toMatchObject({ last: { ok: false } })
  }, 180_000)
})
