import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseEther, parseGwei, parseTransaction } from 'viem'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import {
  failRound,
  postClaim,
  readCurrentRound,
  sealRound,
  takeSeat,
  MemoryTransactionJournal,
  TransactionSender,
  connectChain,
  mintDevelopmentTokens,
  readLedgerEvents,
  sendEther,
  startAnvil,
  storedTransactionJournal,
} from '../../../src/chain/index.ts'
import type { TransactionIntent, TransactionResult } from '../../../src/chain/index.ts'
import { openJournal } from '../../../src/storage/index.ts'
import { silentLogger } from '../../../src/core/index.ts'
import { claimHash } from '../../../src/protocol/index.ts'
import type { Hash } from '../../../src/protocol/index.ts'
import { startRpcProxy } from '../../support/chain/rpc-proxy.ts'
import { claimOn, enrol, genesis, hotSender, openTask, startTestChain, sealAndPost } from './harness.ts'
import type { TestChain } from './harness.ts'

/** Keeps what was journalled, in order, beside doing the work. */
class RecordingJournal extends MemoryTransactionJournal {
  readonly begun: TransactionIntent[] = []

  override begin(intent: TransactionIntent): void {
    this.begun.push(intent)
    super.begin(intent)
  }
}

describe('TransactionSender', () => {
  let on: TestChain
  const to = '0x00000000000000000000000000000000000000bb'

  beforeAll(async () => {
    on = await startTestChain({ mining: 'automine' })
  })
  afterAll(() => on[Symbol.asyncDispose]())

  function senderOf(index: number, options: Partial<ConstructorParameters<typeof TransactionSender>[0]> = {}): TransactionSender {
    return new TransactionSender({ chain: on.chain, account: on.anvil.accounts[index]!.account, ...options })
  }

  /** Mining only on demand, for the length of `work`. */
  async function withoutMining(work: () => Promise<void>): Promise<void> {
    await on.test.setAutomine(false)
    try {
      await work()
    } finally {
      await on.test.setAutomine(true)
    }
  }

  it('orders the nonces of concurrent sends and journals each before it is sent', async () => {
    const journal = new RecordingJournal()
    const sender = senderOf(11, { journal })
    const results = await Promise.all(Array.from({ length: 8 }, () => sendEther(sender, { to, amount: 1n })))
    expect(new Set(results.map(({ hash }) => hash)).size).toBe(8)
    expect(journal.begun.map(({ nonce }) => nonce)).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
    expect(journal.pending()).toEqual([])
  })

  it('sends one purpose once, however often it is asked for', async () => {
    const sender = senderOf(12)
    const request = { key: 'gift', doing: 'give', to, value: 1n } as const
    const [first, second] = await Promise.all([sender.send(request), sender.send(request)])
    expect(second.hash).toBe(first.hash)
    expect(await on.chain.publicClient.getTransactionCount({ address: sender.address })).toBe(1)
  })

  it('sends nothing that the contract would refuse, and frees the nonce', async () => {
    const journal = new RecordingJournal()
    const sender = senderOf(13, { journal })
    const { token } = on.contracts
    await expect(mintDevelopmentTokens(sender, { token, to, amount: 1n })).rejects.toMatchObject({ code: 'TRANSACTION_REVERTED' })
    expect(journal.begun).toEqual([])
    await sendEther(sender, { to, amount: 1n })
    expect(journal.begun.map(({ nonce }) => nonce)).toEqual([0])
  })

  it('raises the fee of a transaction that is stuck', async () => {
    const journal = new RecordingJournal()
    const sender = senderOf(14, { journal, raiseAfterBlocks: 2, maxFeePerGas: parseGwei('1000') })
    await withoutMining(async () => {
      const sending = sendEther(sender, { to, amount: 1n })
      await expect.poll(() => journal.begun.length).toBe(1)
      // More than it offered: blocks pass it by until it offers more.
      const mined = mineUntil(sending, parseGwei('20'))
      const { hash } = await sending
      await mined
      const prices = journal.begun.map(({ raw }) => parseTransaction(raw).maxFeePerGas!)
      expect(prices[0]!).toBeLessThan(parseGwei('20'))
      expect(prices.at(-1)!).toBeGreaterThan(parseGwei('20'))
      expect(new Set(journal.begun.map(({ nonce }) => nonce))).toEqual(new Set([0]))
      expect(journal.begun.slice(1).map((intent) => intent.hash)).toContain(hash)
      expect(journal.pending()).toEqual([])
    })
  })

  it('gives up after its time and finds the transaction again later', async () => {
    const journal = new RecordingJournal()
    await withoutMining(async () => {
      const hasty = senderOf(15, { journal, timeoutMs: 1 })
      const request = { key: 'slow', doing: 'give slowly', to, value: 1n } as const
      await expect(hasty.send(request)).rejects.toMatchObject({ code: 'TRANSACTION_TIMEOUT', details: { key: 'slow', nonce: 0 } })
      const controller = new AbortController()
      const patient = senderOf(15, { journal })
      const cancelled = patient.send({ ...request, signal: controller.signal })
      controller.abort()
      await expect(cancelled).rejects.toMatchObject({ code: 'CANCELLED' })
      expect(journal.pending()).toHaveLength(1)
      await on.test.mine({ blocks: 1 })
      expect(await patient.send(request)).toMatchObject({ recovered: true, hash: journal.begun[0]!.hash })
      expect(journal.begun).toHaveLength(1)
      expect(journal.pending()).toEqual([])
    })
  })

  it('signs anew when another process used the nonce', async () => {
    const journal = new RecordingJournal()
    const sender = senderOf(16, { journal, raiseAfterBlocks: 1000 })
    const rival = senderOf(16)
    await withoutMining(async () => {
      const sending = sender.send({ key: 'mine', doing: 'give', to, value: 1n })
      await expect.poll(() => journal.begun.length).toBe(1)
      await on.test.dropTransaction({ hash: journal.begun[0]!.hash })
      const taken = rival.send({ key: 'theirs', doing: 'give', to, value: 2n })
      await expect.poll(() => on.test.getTxpoolStatus()).toMatchObject({ pending: 1 })
      const mined = mineUntil(Promise.all([sending, taken]))
      await Promise.all([sending, taken])
      await mined
      expect(journal.begun.map(({ nonce }) => nonce)).toEqual([0, 1])
      expect(await on.chain.publicClient.getTransactionCount({ address: sender.address })).toBe(2)
    })
  })

  describe('when a reorganisation undoes a transaction that was mined', () => {
    /** Has a first transaction mined, a second one on its way, and the first undone. */
    async function undoFirst(sender: TransactionSender, waiting: { later?: Promise<TransactionResult> }): Promise<void> {
      await sendEther(sender, { to, amount: 1n })
      await on.test.setAutomine(false)
      waiting.later = sendEther(sender, { to, amount: 2n })
      await vi.waitFor(async () => expect((await on.test.getTxpoolStatus()).pending).toBe(1), { timeout: 60_000 })
      await on.test.request({ method: 'anvil_reorg', params: [1, []] } as never)
      await on.test.setAutomine(true)
    }

    /** Blocks come until a transaction is mined: the node may have dropped it, and then it is sent again after some blocks. */
    async function mineUntil(sent: Promise<TransactionResult>): Promise<TransactionResult> {
      let landed: TransactionResult | undefined
      void sent.then((result) => (landed = result))
      await vi.waitFor(
        async () => {
          await on.test.mine({ blocks: 1 })
          expect(landed).toBeDefined()
        },
        { timeout: 60_000 },
      )
      return landed!
    }

    it('the next transaction takes its nonce', async () => {
      const sender = senderOf(11)
      const { address } = sender
      const before = await on.chain.publicClient.getTransactionCount({ address })
      const waiting: { later?: Promise<TransactionResult> } = {}
      await undoFirst(sender, waiting)
      const { hash } = await sendEther(sender, { to, amount: 3n })
      expect((await on.chain.publicClient.getTransaction({ hash })).nonce).toBe(before)
      expect((await mineUntil(waiting.later!)).gasUsed).toBe(21_000n)
    })

    it('and none follows, an empty one fills the gap', async () => {
      const sender = senderOf(13)
      const { address } = sender
      const before = await on.chain.publicClient.getTransactionCount({ address })
      const waiting: { later?: Promise<TransactionResult> } = {}
      await undoFirst(sender, waiting)
      await mineUntil(waiting.later!)
      expect(await on.chain.publicClient.getTransactionCount({ address })).toBe(before + 2)
    })
  })

  it('tells a transaction that failed when it was mined from one that landed', async () => {
    const { token } = on.contracts
    const journal = new RecordingJournal()
    const sender = senderOf(0, { journal })
    await withoutMining(async () => {
      const minting = mintDevelopmentTokens(sender, { token, to, amount: 1n })
      await expect.poll(() => journal.begun.length).toBe(1)
      // The token changes hands between simulation and block.
      const owner = `0x${'00'.repeat(12)}${to.slice(2)}` as const
      await on.test.setStorageAt({ address: token, index: await ownerSlot(), value: owner })
      await on.test.mine({ blocks: 1 })
      await expect(minting).rejects.toMatchObject({
        code: 'TRANSACTION_REVERTED',
        details: { error: 'OwnableUnauthorizedAccount', hash: journal.begun[0]!.hash },
      })
      expect(journal.pending()).toEqual([])
    })
  })

  it('keeps a transaction in mind while the node is away', async () => {
    const node = await startAnvil({ mining: 'manual' })
    const chain = await connectChain({ rpcUrl: node.wsUrl, chainId: node.chainId, logger: silentLogger, pollingIntervalMs: 10 })
    const journal = new RecordingJournal()
    const sender = new TransactionSender({ chain, account: node.accounts[0]!.account, journal, timeoutMs: 500 })
    const sending = sender.send({ key: 'gone', doing: 'give', to, value: 1n })
    const outcome = sending.catch((error: unknown) => error)
    await expect.poll(() => journal.begun.length).toBe(1)
    await node.stop()
    expect(await outcome).toMatchObject({ code: 'RPC_UNREACHABLE', details: { key: 'gone' } })
    expect(journal.pending()).toHaveLength(1)
    await expect(sender.recover()).rejects.toMatchObject({ code: 'RPC_UNREACHABLE' })
    await chain.close()
  })

  it('keeps a transaction in mind when its connection is closed while it is sent', async () => {
    await using proxy = await startRpcProxy(on.anvil.rpcUrl, ({ calls }) =>
      calls.some(({ method }) => method === 'eth_sendRawTransaction') ? new Promise(() => {}) : undefined,
    )
    const chain = await connectChain({ rpcUrl: proxy.url, chainId: on.chain.chainId, logger: silentLogger })
    const journal = new RecordingJournal()
    const outcome = senderOf(16, { chain, journal })
      .send({ key: 'closed', doing: 'give', to, value: 1n })
      .catch((error: unknown) => error)
    await expect.poll(() => journal.begun.length, { timeout: 60_000 }).toBe(1)
    await chain.close()
    expect(await outcome).toMatchObject({ code: 'CANCELLED' })
    expect(journal.pending()).toHaveLength(1)
    expect(await senderOf(16, { journal }).recover()).toMatchObject([{ key: 'closed', status: 'landed' }])
  })

  it('recovers nothing where nothing was begun', async () => {
    expect(await senderOf(17).recover()).toEqual([])
  })

  /** Mines until the promise settles. */
  async function mineUntil(promise: Promise<unknown>, baseFeePerGas?: bigint): Promise<void> {
    const settled = new AbortController()
    void promise.catch(() => {}).finally(() => settled.abort())
    while (!settled.signal.aborted) {
      if (baseFeePerGas !== undefined) await on.test.setNextBlockBaseFeePerGas({ baseFeePerGas })
      await on.test.mine({ blocks: 1 })
    }
  }

  /** Slot of `_owner` in the development token: the first that holds the governor's address. */
  async function ownerSlot(): Promise<number> {
    const address = on.contracts.token
    for (let index = 0; index < 20; index++) {
      const value = await on.chain.publicClient.getStorageAt({ address, slot: `0x${index.toString(16)}` })
      if (value?.toLowerCase().endsWith(on.governor.address.slice(2).toLowerCase())) return index
    }
    throw new Error('the owner is in none of the first slots')
  }
})

describe('a process killed while it posts', () => {
  let on: TestChain
  let folder: string
  const claim = claimOn(claimHash(1n, 0n, genesis), { members: 1, ledgerTotal: parseEther('0.5') })

  beforeAll(async () => {
    on = await startTestChain({ mining: 'automine' })
    await enrol(on, 1, 'operator')
    await enrol(on, 3, 'member')
    await openTask(on)
  })
  afterAll(() => on[Symbol.asyncDispose]())

  async function die(when: 'begin' | 'wait'): Promise<void> {
    const { rpcUrl, chainId } = on.chain
    const argument = { rpcUrl, chainId, key: on.hot(1).privateKey, folder, ledger: on.contracts.ledger, claim, die: when }
    const child = spawn(
      process.execPath,
      [join(import.meta.dirname, 'send-and-die.ts'), JSON.stringify(argument, bigintsAsText)],
      {
        stdio: ['ignore', 'ignore', 'inherit'],
      },
    )
    const gone = once(child, 'exit')
    // Its bytes reach the node, where nobody mines them: it waits until it is killed.
    const pending = async () => (await on.test.getTxpoolStatus()).pending
    if (when === 'wait') await vi.waitUntil(async () => (await pending()) === 1, { timeout: 20_000 })
    if (when === 'wait') child.kill('SIGKILL')
    const [, signal] = (await gone) as [number | null, string | null]
    expect(signal).toBe('SIGKILL')
  }

  type Finder = (sender: TransactionSender) => Promise<{ status: string; hash: Hash | undefined }>

  const byPosting: Finder = async (sender) => {
    const { ledger } = on.contracts
    const call = { ledger, task: 1n, round: 1n, openedAt: sealedFor, digest: claim.membersRoot, claim }
    const { recovered, hash } = await postClaim(sender, call)
    return { status: recovered ? 'landed' : 'sent again', hash }
  }
  const byBoth: Finder = async (sender) => {
    await sender.recover()
    return byPosting(sender)
  }

  /** When the round opened that `sealFirst` sealed. */
  let sealedFor = 0

  /** The claim is posted over a seal of its operator. */
  async function sealFirst(): Promise<void> {
    const { ledger } = on.contracts
    const { openedAt, forcedHash, commitEnd } = await readCurrentRound(on.chain, { ledger, task: 1n })
    await on.pass(commitEnd - openedAt)
    const digest = claim.membersRoot
    const call = { ledger, task: 1n, round: 1n, openedAt, digest, count: claim.members, forcedHash }
    await sealRound(hotSender(on, 1), call)
    sealedFor = openedAt
  }

  it.each([
    ['before the bytes left, by posting again', 'begin', byPosting],
    ['before the receipt came, by posting again', 'wait', byPosting],
    ['before the receipt came, by recovering', 'wait', async (sender: TransactionSender) => (await sender.recover())[0]!],
    ['before the receipt came, by recovering and posting again', 'wait', byBoth],
  ] as const)('finds its post when killed %s', async (_, when, find) => {
    const snapshot = await on.test.snapshot()
    await sealFirst()
    const nonce = await on.chain.publicClient.getTransactionCount({ address: on.hot(1).address })
    await on.test.setAutomine(false)
    folder = await mkdtemp(join(tmpdir(), 'quorate-journal-'))
    try {
      await die(when)
      await on.test.setAutomine(true)
      await on.test.mine({ blocks: 1 })
      const journal = openJournal(folder)
      const store = storedTransactionJournal(journal)
      const [begun] = await store.pending()
      expect(begun).toMatchObject({ key: expect.stringMatching(/^post:1:1:/), nonce, account: on.hot(1).address })
      const sender = hotSender(on, 1, store)
      expect(await find(sender)).toMatchObject({ status: 'landed', hash: begun!.hash })
      expect(await store.pending()).toEqual([])
      const events = await readLedgerEvents(on.chain, { contracts: on.contracts, task: 1n })
      expect(events.filter(({ type }) => type === 'posted')).toHaveLength(1)
      journal.close()
    } finally {
      await on.test.setAutomine(true)
      await on.test.revert({ id: snapshot })
      await rm(folder, { recursive: true })
    }
  })

  it('does not send a call that another account has made by now', async () => {
    const snapshot = await on.test.snapshot()
    folder = await mkdtemp(join(tmpdir(), 'quorate-journal-'))
    try {
      await sealFirst()
      const nonce = await on.chain.publicClient.getTransactionCount({ address: on.hot(1).address })
      await die('begin')
      const { ledger } = on.contracts
      // Another operator has the seat before the process is back.
      await enrol(on, 2, 'operator')
      await on.pass(181)
      await failRound(hotSender(on, 2), { ledger, task: 1n, round: 1n })
      await takeSeat(hotSender(on, 2), { ledger, task: 1n })
      const journal = openJournal(folder)
      const sender = hotSender(on, 1, storedTransactionJournal(journal))
      await expect(sealAndPost(sender, { ledger, task: 1n, round: 1n, claim })).rejects.toMatchObject({
        details: { error: 'NotCurrentRound' },
      })
      expect(await on.chain.publicClient.getTransactionCount({ address: sender.address })).toBe(nonce)
      journal.close()
    } finally {
      await on.test.revert({ id: snapshot })
      await rm(folder, { recursive: true })
    }
  })
})

/** For send-and-die.ts, which reads them back. */
function bigintsAsText(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}n` : value
}
