import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseEther } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  answerForReceipt,
  askForReceipt,
  closeChannel,
  collectPayout,
  deployInference,
  expireQuestion,
  finishChannel,
  mintDevelopmentTokens,
  openChannel,
  postReceipts,
  proveDouble,
  raiseVoucher,
  readChannel,
  readReceiptDigest,
  readStanding,
  readTokenBalance,
  readVoucherDigest,
  requestChannelClose,
  standForReceipts,
} from '../../../src/chain/index.ts'
import { parseReceipt, receiptText, verifyReceipt } from '../../../src/market/index.ts'
import {
  batchProof,
  batchRoot,
  isVoucherSigned,
  receiptDigest,
  signReceipt,
  signVoucher,
  voucherDigest,
  ZERO_HASH,
} from '../../../src/protocol/index.ts'
import type { Address, ContractDomain, InferenceReceipt, SignedReceipt } from '../../../src/protocol/index.ts'
import { runQuorate } from '../../support/cli/run-quorate.ts'
import { hash, startTestChain } from './harness.ts'
import type { TestChain } from './harness.ts'

const DAY = 86_400n
const DEPOSIT = parseEther('100')
const [SERVER, PAYER] = [3, 4]

let on: TestChain
let log: Address
let channels: Address
let token: Address

beforeAll(async () => {
  on = await startTestChain()
  ;({ token } = on.contracts)
  ;({ log, channels } = await deployInference(on.governor, { token, bond: parseEther('1') }))
  for (const index of [SERVER, PAYER])
    await mintDevelopmentTokens(on.governor, { token, to: on.sender(index).address, amount: parseEther('1000') })
}, 60_000)
afterAll(async () => on[Symbol.asyncDispose]())

const domain = (): ContractDomain => ({ chainId: on.chain.chainId, contract: log })
const account = (index: number) => privateKeyToAccount(on.anvil.accounts[index]!.privateKey)
const balanceOf = async (index: number) => readTokenBalance(on.chain, { token, owner: on.sender(index).address })

async function receiptAt(nonce: bigint, output: string): Promise<SignedReceipt> {
  const { timestamp: time } = await on.chain.publicClient.getBlock()
  const server = on.sender(SERVER).address.toLowerCase() as Address
  const asked = { model: hash('model'), input: hash('input'), grant: ZERO_HASH }
  const receipt: InferenceReceipt = { ...asked, output: hash(output), time, expiry: time + 30n * DAY, nonce, server }
  return { receipt, signature: await signReceipt(domain(), receipt, account(SERVER)) }
}

describe('receipts', () => {
  it('have the digest of the contract, and are shown in their batch', async () => {
    const server = on.sender(SERVER)
    await standForReceipts(server, { log, token, amount: DEPOSIT })
    const signed = await Promise.all([0n, 1n, 2n, 3n, 4n].map((nonce) => receiptAt(nonce, `answer ${nonce}`)))
    const digests = signed.map(({ receipt }) => receiptDigest(domain(), receipt))
    expect(await readReceiptDigest(on.chain, { log, receipt: signed[3]!.receipt })).toBe(digests[3])
    const { batch, first } = await postReceipts(server, { log, root: batchRoot(digests), count: 5 })
    expect(first).toBe(0n)
    await on.pass(Number(DAY) + 60)
    const asked = signed[3]!
    await askForReceipt(on.sender(PAYER), { log, token, signed: asked })
    expect(await readStanding(on.chain, { log, server: server.address })).toMatchObject({
      deposit: DEPOSIT,
      next: 5n,
      questions: 1,
    })
    await answerForReceipt(server, { log, receipt: asked.receipt, batch, proof: batchProof(digests, 3) })
    expect(await readStanding(on.chain, { log, server: server.address })).toMatchObject({ deposit: DEPOSIT, questions: 0 })
  })

  it('that no batch has, and that sign one nonce twice, cost the deposit', async () => {
    const denied = await receiptAt(2n, 'denied')
    await on.pass(Number(DAY) + 60)
    await askForReceipt(on.sender(PAYER), { log, token, signed: denied })
    await on.pass(3 * Number(DAY))
    const before = await balanceOf(PAYER)
    await expireQuestion(on.sender(PAYER), { log, digest: receiptDigest(domain(), denied.receipt) })
    await collectPayout(on.sender(PAYER), { keeper: log, account: on.sender(PAYER).address })
    expect((await balanceOf(PAYER)) - before).toBe(parseEther('1') + DEPOSIT / 5n)

    await standForReceipts(on.sender(SERVER), { log, token, amount: DEPOSIT })
    const [first, second] = [await receiptAt(9n, 'yes'), await receiptAt(9n, 'no')]
    await proveDouble(on.sender(PAYER), { log, first, second })
    expect(await readStanding(on.chain, { log, server: on.sender(SERVER).address })).toMatchObject({ deposit: 0n })
    await expect(proveDouble(on.sender(PAYER), { log, first, second: first })).rejects.toMatchObject({
      details: { error: 'SameReceipt' },
    })
  })

  it('are verified without a chain, by the program too', async () => {
    const signed = await receiptAt(11n, 'answer')
    const text = receiptText({ ...signed, domain: domain() })
    const { server, model, output } = signed.receipt
    const digest = receiptDigest(domain(), signed.receipt)
    expect(await verifyReceipt(parseReceipt(text), { server, model, output, log, chainId: on.chain.chainId })).toBe(digest)
    const changed = JSON.parse(text)
    changed.receipt.output = hash('another answer')
    await expect(verifyReceipt(parseReceipt(JSON.stringify(changed)))).rejects.toMatchObject({ code: 'RECEIPT_FALSE' })
    for (const wrong of [{ output: hash('x') }, { server: log }, { log: server }, { chainId: 1 }, { model: hash('x') }])
      await expect(verifyReceipt(parseReceipt(text), wrong)).rejects.toMatchObject({ code: 'RECEIPT_FALSE' })
    for (const malformed of [
      '',
      '{}',
      '[]',
      text.replace('"nonce":"11"', '"nonce":11'),
      text.replace('"nonce":"11"', `"nonce":"${2n ** 64n}"`),
    ])
      expect(() => parseReceipt(malformed)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))

    const folder = await mkdtemp(join(tmpdir(), 'quorate-receipt-'))
    const path = join(folder, 'receipt.json')
    await writeFile(path, text)
    await writeFile(join(folder, 'in'), 'input')
    await writeFile(join(folder, 'out'), 'answer')
    const files = ['--input', join(folder, 'in'), '--output', join(folder, 'out')]
    expect(await runQuorate('receipt', 'verify', path, '--server', server, ...files)).toMatchObject({
      code: 0,
      last: { event: 'receipt', ok: true, digest, nonce: '11' },
    })
    const swapped = ['--input', join(folder, 'out'), '--output', join(folder, 'in')]
    expect(await runQuorate('receipt', 'verify', path, ...swapped)).toMatchObject({ code: 8, last: { code: 'RECEIPT_FALSE' } })
    await rm(folder, { recursive: true })
  })
})

describe('channels', () => {
  it('settle any number of calls once, by the newest voucher', async () => {
    const [server, payer, signer] = [on.sender(SERVER), on.sender(PAYER), account(7)]
    const at = { chainId: on.chain.chainId, contract: channels }
    const amount = parseEther('10')
    const { channel } = await openChannel(payer, { channels, token, server: server.address, signer: signer.address, amount })
    const price = parseEther('0.0005')
    let total = 0n
    let signature: `0x${string}` = '0x'
    for (let call = 0; call < 200; call++) {
      total += price
      signature = await signVoucher(at, { channel, total }, signer)
    }
    expect(await isVoucherSigned(at, { channel, total }, signature, signer.address)).toBe(true)
    expect(await isVoucherSigned(at, { channel, total: total + 1n }, signature, signer.address)).toBe(false)
    expect(await readVoucherDigest(on.chain, { channels, channel, total })).toBe(voucherDigest(at, { channel, total }))
    const before = await balanceOf(SERVER)
    await closeChannel(server, { channels, channel, total, signature })
    expect((await balanceOf(SERVER)) - before).toBe(200n * price)
    await collectPayout(payer, { keeper: channels, account: payer.address })
    expect(await readTokenBalance(on.chain, { token, owner: channels })).toBe(0n)
    await expect(closeChannel(server, { channels, channel, total, signature })).rejects.toMatchObject({
      details: { error: 'WrongState' },
    })
  })

  it('pay the newest voucher also where the payer closes alone', async () => {
    const [server, payer, signer] = [on.sender(SERVER), on.sender(PAYER), account(7)]
    const at = { chainId: on.chain.chainId, contract: channels }
    const opened = { channels, token, server: server.address, signer: signer.address, amount: parseEther('10') }
    const { channel } = await openChannel(payer, opened)
    await requestChannelClose(payer, { channels, channel })
    const total = parseEther('4')
    await raiseVoucher(on.sender(8), { channels, channel, total, signature: await signVoucher(at, { channel, total }, signer) })
    await expect(finishChannel(payer, { channels, channel })).rejects.toMatchObject({ details: { error: 'TooEarly' } })
    await on.pass(Number(DAY))
    await finishChannel(payer, { channels, channel })
    expect(await readChannel(on.chain, { channels, channel })).toMatchObject({ state: 'closed', total })
    const before = await balanceOf(SERVER)
    await collectPayout(payer, { keeper: channels, account: server.address })
    expect((await balanceOf(SERVER)) - before).toBe(total)
  })
})
