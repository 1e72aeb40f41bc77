import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import {
  MembershipView,
  allocate,
  bond,
  leaveTask,
  mintDevelopmentTokens,
  readAccount,
  readLedgerEvents,
  registerKeys,
  releaseStake,
  signKeyConsent,
  startAnvil,
  watchLedger,
} from '../../../src/chain/index.ts'
import type { LedgerEvent, LedgerWatcher, ReorgEvent, WatchLedgerOptions } from '../../../src/chain/index.ts'
import { silentLogger } from '../../../src/core/index.ts'
import { claimHash } from '../../../src/protocol/index.ts'
import {
  addBond,
  BOND,
  RULES,
  claimOn,
  enrol,
  genesis,
  hash,
  hotSender,
  openTask,
  peerKeyOf,
  startTestChain,
  sealAndPost,
} from './harness.ts'
import type { TestChain } from './harness.ts'

type Told = LedgerEvent | ReorgEvent

describe('watchLedger', () => {
  let on: TestChain
  let task: bigint
  const started: LedgerWatcher[] = []

  beforeAll(async () => {
    on = await startTestChain({ mining: 'automine' })
    await enrol(on, 1, 'operator')
    await enrol(on, 3, 'member')
    task = await openTask(on)
  })
  afterEach(async () => {
    for (const watcher of started.splice(0)) await watcher.stop()
  })
  afterAll(() => on[Symbol.asyncDispose]())

  function watch(told: Told[], changes: Partial<WatchLedgerOptions> = {}): LedgerWatcher {
    const { chain, contracts, deployment } = on
    const watcher = watchLedger({
      chain,
      contracts,
      task,
      fromBlock: deployment.fromBlock,
      onEvent: (event) => void told.push(event),
      pollingIntervalMs: 10,
      ...changes,
    })
    started.push(watcher)
    return watcher
  }

  /** Undone afterwards. */
  async function aside(work: () => Promise<void>): Promise<void> {
    const snapshot = await on.test.snapshot()
    try {
      await work()
    } finally {
      for (const watcher of started.splice(0)) await watcher.stop()
      await on.test.revert({ id: snapshot })
    }
  }

  it('reports the history and then new events, each once and in order', async () => {
    const told: Told[] = []
    const watcher = watch(told)
    await watcher.start()
    await watcher.synced()
    const { chain, contracts, deployment } = on
    expect(told).toEqual(await readLedgerEvents(chain, { contracts, task, fromBlock: deployment.fromBlock }))
    expect(told.map(({ type }) => type)).toContain('created')

    const before = told.length
    const claim = claimOn(claimHash(task, 0n, genesis), { members: 1 })
    const { blockNumber, hash: transactionHash } = await sealAndPost(hotSender(on, 1), {
      ledger: contracts.ledger,
      task,
      round: 1n,
      claim,
    })
    expect(await watcher.synced()).toBeGreaterThanOrEqual(blockNumber)
    expect(told.slice(before)).toMatchObject([
      { type: 'sealed', round: 1n, count: 1 },
      {
        type: 'posted',
        round: 1n,
        claim,
        claimHash: claimHash(task, 1n, claim),
        operator: on.sender(1).address,
        blockNumber,
        transactionHash,
      },
      { type: 'opened', round: 2n, blockNumber },
    ])
  })

  it("leaves other tasks' rounds out and the vault's events in", async () => {
    const other = await openTask(on)
    const told: Told[] = []
    const watcher = watch(told)
    await watcher.start()
    await watcher.synced()
    expect(told.filter((event) => 'task' in event && event.task === other)).toEqual([])
    expect(told.filter((event) => event.type === 'keysRegistered')).toHaveLength(2)
  })

  it('begins at the given block and waits for confirmations', async () => {
    await aside(async () => {
      const told: Told[] = []
      const fromBlock = (await on.chain.publicClient.getBlockNumber()) + 1n
      const watcher = watch(told, { fromBlock, confirmations: 3 })
      await watcher.start()
      await mintAndBond()
      await watcher.synced()
      expect(told).toEqual([])
      await on.test.mine({ blocks: 3 })
      await watcher.synced()
      expect(told.map(({ type }) => type)).toEqual(['bonded'])
    })
  })

  it('tells an event again when the handler failed, and nothing twice after it', async () => {
    const told: string[] = []
    let failures = 2
    const watcher = watch([], {
      onEvent: async (event) => {
        if (event.type === 'created' && failures-- > 0) throw new Error('the disk is full')
        told.push(event.type)
      },
    })
    await watcher.start()
    await watcher.synced()
    const events = await readLedgerEvents(on.chain, { contracts: on.contracts, task })
    expect(told).toEqual(events.map(({ type }) => type))
  })

  it('looks at once when it is poked, long before its next poll', async () => {
    const bonded = Promise.withResolvers<Told>()
    const onEvent: WatchLedgerOptions['onEvent'] = (event) => void (event.type === 'bonded' && bonded.resolve(event))
    await aside(async () => {
      const fromBlock = (await on.chain.publicClient.getBlockNumber()) + 1n
      const watcher = watch([], { fromBlock, onEvent, pollingIntervalMs: 3_600_000 })
      // Waits from before the first poll on: the second is an hour away.
      const synced = watcher.synced()
      await watcher.start()
      await synced
      await mintAndBond()
      watcher.poke()
      await bonded.promise
    })
  })

  it('reports a reorg and then the new blocks', async () => {
    await aside(async () => {
      const told: Told[] = []
      const watcher = watch(told)
      await on.test.mine({ blocks: 2 })
      await watcher.start()
      const before = await watcher.synced()
      const length = told.length
      await mintAndBond()
      await watcher.synced()
      expect(told.slice(length).map(({ type }) => type)).toEqual(['bonded'])

      // The blocks since are replaced by as many empty ones, so the height does not give it away.
      const depth = Number((await on.chain.publicClient.getBlockNumber()) - before)
      await on.test.request({ method: 'anvil_reorg' as never, params: [depth, []] as never })
      await watcher.synced()
      const { hash: blockHash } = await on.chain.publicClient.getBlock({ blockNumber: before })
      expect(told.slice(length + 1)).toEqual([{ type: 'reorg', toBlock: before, blockHash }])

      await mintAndBond()
      await watcher.synced()
      expect(told.slice(length + 2).map(({ type }) => type)).toEqual(['bonded'])
    })
  })

  it('tells everything again when the chain went back beyond what it remembers', async () => {
    await aside(async () => {
      const snapshot = await on.test.snapshot()
      const fromBlock = (await on.chain.publicClient.getBlockNumber()) + 1n
      const told: Told[] = []
      const watcher = watch(told, { fromBlock })
      await mintAndBond()
      await watcher.start()
      await watcher.synced()
      await on.test.revert({ id: snapshot })
      await mintAndBond(2n)
      await watcher.synced()
      expect(told.map(({ type }) => type)).toEqual(['bonded', 'reorg', 'bonded'])
      expect(told[1]).toEqual({ type: 'reorg', toBlock: fromBlock - 1n })
      expect(told[2]).toMatchObject({ amount: 2n })
    })
  })

  it('rejects who waits when it is stopped', async () => {
    const watcher = watch([], { confirmations: 1_000_000 })
    await watcher.start()
    const waiting = watcher.synced()
    await watcher.stop()
    await expect(waiting).rejects.toMatchObject({ code: 'CANCELLED' })
    await expect(watcher.synced()).rejects.toMatchObject({ code: 'CANCELLED' })
  })

  async function mintAndBond(amount = 1n): Promise<void> {
    const { governor, contracts } = on
    const member = on.sender(3)
    await mintDevelopmentTokens(governor, { token: contracts.token, to: member.address, amount })
    await bond(member, { ...contracts, amount })
  }
})

describe('watchLedger while the node is away', () => {
  it('misses nothing', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'quorate-anvil-'))
    const stateFile = join(folder, 'state.json')
    const on = await startTestChain({ stateFile })
    await enrol(on, 1, 'operator')
    await enrol(on, 3, 'member')
    const task = await openTask(on)
    const told: Told[] = []
    const codes: unknown[] = []
    const warned = Promise.withResolvers<void>()
    const watcher = watchLedger({
      chain: on.chain,
      contracts: on.contracts,
      task,
      fromBlock: 0n,
      onEvent: (event) => void told.push(event),
      pollingIntervalMs: 10,
      logger: { ...silentLogger, warn: ({ code }) => (codes.push(code), warned.resolve()) },
    })
    await watcher.start()
    await watcher.synced()
    const before = told.length
    await on.anvil.stop()
    await warned.promise
    await using again = await startAnvil({ stateFile, port: on.anvil.port, accounts: 40 })
    expect(again.port).toBe(on.anvil.port)
    const claim = claimOn(claimHash(task, 0n, genesis), { members: 1 })
    await sealAndPost(hotSender(on, 1), { ledger: on.contracts.ledger, task, round: 1n, claim })
    await watcher.synced()
    expect(told.slice(before).map(({ type }) => type)).toEqual(['sealed', 'posted', 'opened'])
    expect(new Set(codes)).toEqual(new Set(['RPC_UNREACHABLE']))
    await watcher.stop()
    await rm(folder, { recursive: true })
  })
})

describe('MembershipView', () => {
  let on: TestChain
  let view: MembershipView
  let watcher: LedgerWatcher
  let task: bigint

  beforeAll(async () => {
    on = await startTestChain({ mining: 'automine' })
    await enrol(on, 1, 'operator')
    await enrol(on, 3, 'member')
    task = await openTask(on)
    const { chain, contracts, deployment } = on
    view = new MembershipView({ chain, vault: contracts.vault, task, fromBlock: deployment.fromBlock })
    await view.start()
    const { fromBlock } = deployment
    watcher = watchLedger({ chain, contracts, task, fromBlock, onEvent: (event) => view.apply(event), pollingIntervalMs: 10 })
    await watcher.start()
  })
  afterAll(async () => {
    await watcher.stop()
    await view.stop()
    await on[Symbol.asyncDispose]()
  })

  it('knows who is bonded by peer key, operator key and owner', () => {
    const member = on.sender(3).address
    expect(view.memberOfPeer(peerKeyOf(3))).toEqual({ member, role: 'member' })
    expect(view.memberOfKey(on.hot(3).address)).toEqual({ member, role: 'member' })
    expect(view.memberOfPeer(peerKeyOf(1))).toEqual({ member: on.sender(1).address, role: 'operator' })
    expect(view.account(member)).toMatchObject({ allocated: BOND, role: 'member' })
    expect(view.accounts()).toHaveLength(2)
    expect(view.memberOfPeer(hash('a stranger'))).toBeUndefined()
    expect(view.memberOfKey(on.hot(9).address)).toBeUndefined()
  })

  it('follows joins, rotations and exits', async () => {
    const changes: number[] = []
    const end = view.onChange(() => changes.push(view.accounts().length))
    await enrol(on, 4, 'member')
    await watcher.synced()
    const joined = on.sender(4)
    expect(view.memberOfPeer(peerKeyOf(4))).toEqual({ member: joined.address, role: 'member' })

    const { vault } = on.contracts
    const peerKey = hash('rotated')
    const { account } = on.hot(5)
    const consent = await signKeyConsent({ chainId: on.chain.chainId, vault, owner: joined.address, peerKey, account })
    await registerKeys(joined, { vault, operatorKey: account.address, peerKey, consent })
    await watcher.synced()
    expect(view.memberOfPeer(peerKeyOf(4))).toBeUndefined()
    expect(view.memberOfKey(on.hot(4).address)).toBeUndefined()
    expect(view.memberOfPeer(peerKey)).toEqual({ member: joined.address, role: 'member' })

    // Leaving stake can still be slashed, and its owner may be in an open round.
    await leaveTask(joined, { vault, task })
    await watcher.synced()
    expect(view.memberOfPeer(peerKey)).toBeDefined()
    const { freeAt } = await readAccount(on.chain, { vault, task, owner: joined.address })
    const now = Number((await on.chain.publicClient.getBlock()).timestamp)
    await on.pass(freeAt - now)
    await releaseStake(joined, { vault, task })
    await watcher.synced()
    expect(view.memberOfPeer(peerKey)).toBeUndefined()
    expect(new Set(changes)).toEqual(new Set([2, 3]))
    end()
  })

  it('refuses registered keys that are in no task, or in another one', async () => {
    const { vault } = on.contracts
    const { account, address: operatorKey } = on.hot(6)
    const peerKey = peerKeyOf(6)
    const one = { sender: on.sender(6), role: 'member', amount: RULES.minBond } as const
    const owner = one.sender.address
    const consent = await signKeyConsent({ chainId: on.chain.chainId, vault, owner, peerKey, account })
    await registerKeys(one.sender, { vault, operatorKey, peerKey, consent })
    await addBond(on, one)
    await watcher.synced()
    expect(view.memberOfPeer(peerKey)).toBeUndefined()
    const other = await openTask(on)
    await allocate(one.sender, { vault, task: other, role: 'member', amount: one.amount })
    await watcher.synced()
    expect(view.memberOfPeer(peerKey)).toBeUndefined()
    expect(view.account(owner)).toBeUndefined()
  })

  it('is rebuilt after a reorg', async () => {
    const snapshot = await on.test.snapshot()
    await enrol(on, 7, 'member')
    await watcher.synced()
    expect(view.memberOfPeer(peerKeyOf(7))).toBeDefined()
    await on.test.revert({ id: snapshot })
    await watcher.synced()
    expect(view.memberOfPeer(peerKeyOf(7))).toBeUndefined()
    expect(view.memberOfPeer(peerKeyOf(3))).toBeDefined()
  })
})
