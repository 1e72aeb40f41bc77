import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { failRound, forceCommit, readCurrentRound, sealRound, takeSeat, watchLedger } from '../../../src/chain/index.ts'
import { noMetrics, silentLogger } from '../../../src/core/index.ts'
import { ChainFeed, Rounds } from '../../../src/node/index.ts'
import { claimHash } from '../../../src/protocol/index.ts'
import type { Address, Claim, Hash, RoundState } from '../../../src/protocol/index.ts'
import { ClaimHistory } from '../../../src/replay/index.ts'
import { createMemoryJournal } from '../../../src/storage/index.ts'
import type { Journal } from '../../../src/storage/index.ts'
import {
  claimOn,
  enrol,
  hash,
  hotSender,
  openTask,
  reject as rejectAsJudge,
  startTestChain,
  sealAndPost,
  WINDOWS,
} from '../chain/harness.ts'
import type { TestChain } from '../chain/harness.ts'

let on: TestChain
let task: bigint
let untouched: Hash
/** The claim that round 1 builds on. */
let base: Hash

beforeAll(async () => {
  on = await startTestChain({ mining: 'automine' })
  for (const index of [1, 2]) await enrol(on, index, 'operator')
  for (const index of [3, 4]) await enrol(on, index, 'member')
  task = await openTask(on)
  base = (await readCurrentRound(on.chain, { ledger: on.contracts.ledger, task })).parent
})
afterAll(async () => on[Symbol.asyncDispose]())

beforeEach(async () => {
  untouched = await on.test.snapshot()
})
const nodes: Node[] = []
afterEach(async () => {
  for (const node of nodes.splice(0)) await node.stop()
  await on.revert(untouched)
})

interface Node {
  rounds: Rounds
  /** Rounds of the claims that the node caught up with. */
  caughtUp: bigint[]
  /** Aligns the rounds with the chain, as every few blocks. */
  refresh: () => Promise<void>
  synced: () => Promise<void>
  stop: () => Promise<void>
}

/** The feed of a node that hears of no block by itself. */
function feedOver(
  journal: Journal = createMemoryJournal(),
  hasState = true,
): Pick<Node, 'rounds' | 'caughtUp'> & { feed: ChainFeed } {
  const { chain, contracts } = on
  const history = new ClaimHistory()
  const rounds = new Rounds({ journal, logger: silentLogger, metrics: noMetrics })
  const caughtUp: bigint[] = []
  const catchUp = async (): Promise<void> => void caughtUp.push(history.claims().at(-1)?.round ?? 0n)
  const feed = new ChainFeed({
    spec: { toleranceBps: 2500, minSealedBps: 5000, committee: 0 },
    chain,
    contracts,
    task,
    self: on.sender(9).address,
    journal,
    history,
    rounds,
    hasState: () => hasState,
    catchUp,
    logger: silentLogger,
  })
  return { feed, rounds, caughtUp }
}

/** A node's rounds as the chain has them, from the first block on. */
async function follow(journal: Journal = createMemoryJournal(), hasState = true): Promise<Node> {
  const { chain, contracts } = on
  const { feed, rounds, caughtUp } = feedOver(journal, hasState)
  const onEvent = feed.onEvent.bind(feed)
  const onHead = feed.onHead.bind(feed)
  const watcher = watchLedger({ chain, contracts, task, fromBlock: 0n, onEvent, onHead, pollingIntervalMs: 5 })
  await watcher.start()
  await watcher.synced()
  await feed.begin()
  let stopped = false
  const node: Node = {
    rounds,
    caughtUp,
    refresh: async () => feed.refresh(),
    synced: async () => void (await watcher.synced()),
    async stop() {
      if (stopped) return
      stopped = true
      rounds.end()
      await watcher.stop()
    },
  }
  nodes.push(node)
  return node
}

/** Undoes what `work` does, blocks and all; the chain goes on otherwise from there. */
async function undone(node: Node, work: () => Promise<void>): Promise<void> {
  const before = await on.test.snapshot()
  await work()
  await node.synced()
  await on.revert(before)
  // Other blocks, and later ones, take the place of those that are gone.
  await on.pass(3)
  await node.synced()
}

/** What the chain decides of a round. */
function chainSide(state: RoundState | undefined) {
  if (!state) return undefined
  const { plan, posted, sealed, forced } = state
  const { paused: _paused, caughtUp: _caughtUp, resumed: _resumed, ...fixed } = plan
  return { plan: fixed, posted: posted?.claimHash, sealed, forced }
}

/** The node has the open round as one has it that never saw the blocks which are gone, and no later one. */
async function expectThatOfTheChain(node: Node): Promise<void> {
  const fresh = await follow()
  const { latest } = fresh.rounds
  expect(chainSide(node.rounds.latest)).toEqual(chainSide(latest))
  expect(node.rounds.state(latest!.plan.round)).toBe(node.rounds.latest)
  await fresh.stop()
}

async function post(round: bigint, claim: Claim, operator = 1): Promise<Hash> {
  await sealAndPost(hotSender(on, operator), { ledger: on.contracts.ledger, task, round, claim })
  return claimHash(task, round, claim)
}

async function force(round: bigint, member: number, commitment: Hash): Promise<void> {
  const own = { member: on.sender(member).address, commitment, signature: '0x' } as const
  await forceCommit(hotSender(on, member), { ledger: on.contracts.ledger, task, round, commitments: [own] })
}

async function reject(round: bigint): Promise<void> {
  await rejectAsJudge(on, { task, round, recipient: on.sender(5).address })
}

/** Everybody sealed, so it may be posted at once. */
const first = () => claimOn(base, { members: 2 })
const other = () => claimOn(base, { members: 2, modelRoot: hash('another model') })
const trained = { type: 'trained', updateRoot: hash('update'), salt: hash('salt') } as const

describe('rounds under a reorganisation of the chain', () => {
  it('opened: the round is that of the new chain, and what was made for it stays', async () => {
    const node = await follow()
    await post(1n, first())
    await node.synced()
    const before = node.rounds.state(2n)!
    await on.revert(untouched)
    untouched = await on.test.snapshot()
    node.rounds.dispatch(2n, trained)
    await on.pass(20)
    await post(1n, first())
    await node.synced()
    const after = node.rounds.state(2n)!
    expect(after.plan.openedAt).toBeGreaterThan(before.plan.openedAt)
    expect(after.own).toEqual({ updateRoot: trained.updateRoot, salt: trained.salt })
    await expectThatOfTheChain(node)
  })

  it('posted: the round is open again, and takes the same claim or another', async () => {
    const node = await follow()
    for (const again of [first(), other()]) {
      await undone(node, async () => {
        await undone(node, async () => {
          const posted = await post(1n, first())
          await node.synced()
          expect(node.rounds.state(1n)?.posted?.claimHash).toBe(posted)
          node.rounds.dispatch(1n, { type: 'replayed', claimHash: posted, match: true })
        })
        expect(node.rounds.state(1n)?.posted).toBeUndefined()
        expect(node.rounds.state(2n)).toBeUndefined()
        await expectThatOfTheChain(node)

        const posted = await post(1n, again)
        await node.synced()
        expect(node.rounds.state(1n)?.posted?.claimHash).toBe(posted)
        // What was replayed may be another claim: it is looked at again.
        expect(node.rounds.state(1n)?.replay).toBeUndefined()
        await expectThatOfTheChain(node)
      })
    }
  })

  it('posted twice: rounds that build on what is gone are opened anew, on what stands', async () => {
    const node = await follow()
    await undone(node, async () => {
      const hash1 = await post(1n, first())
      await on.pass(10)
      await post(2n, claimOn(hash1, { members: 2 }))
      await node.synced()
      expect(node.rounds.latest?.plan.round).toBe(3n)
    })
    const hash1 = await post(1n, other())
    // A round that was over before the node saw it is caught up with, not run.
    await node.synced()
    await on.pass(10)
    const hash2 = await post(2n, claimOn(hash1, { members: 2 }))
    await node.synced()
    expect([1n, 2n].map((round) => node.rounds.state(round)?.posted?.claimHash)).toEqual([hash1, hash2])
    expect(node.rounds.state(2n)?.plan.base).toBe(hash1)
    await expectThatOfTheChain(node)
  })

  it('a claim that was built on what is gone is not posted again', async () => {
    const node = await follow()
    await undone(node, async () => {
      const claim = claimOn(await post(1n, first()), { members: 2 })
      await node.synced()
      const { openedAt } = node.rounds.state(2n)!.plan
      node.rounds.dispatch(2n, {
        type: 'built',
        openedAt,
        over: hash('rows of round 2'),
        claim,
        claimHash: claimHash(task, 2n, claim),
      })
    })
    await post(1n, other())
    await node.synced()
    expect(node.rounds.state(2n)).toMatchObject({ plan: { round: 2n } })
    expect(node.rounds.state(2n)?.built).toBeUndefined()
  })

  it('forced: the commitment is gone, and another may take its place', async () => {
    const node = await follow()
    const member = on.sender(3).address.toLowerCase() as Hash
    await undone(node, async () => {
      await force(1n, 3, hash('one'))
      await node.synced()
      expect(node.rounds.state(1n)?.commitments.get(member)?.commitment).toBe(hash('one'))
    })
    expect(node.rounds.state(1n)?.commitments.size).toBe(0)
    await expectThatOfTheChain(node)
    await force(1n, 3, hash('another'))
    await node.synced()
    expect(node.rounds.state(1n)?.commitments.get(member)).toEqual({ commitment: hash('another'), source: { via: 'chain' } })
    await expectThatOfTheChain(node)
  })

  it('rejected: the claim stands again, and the next round with it', async () => {
    const node = await follow()
    const posted = await post(1n, first())
    await node.synced()
    await undone(node, async () => {
      await reject(1n)
      await node.synced()
      expect(node.rounds.states()).toEqual([])
    })
    expect(node.rounds.latest).toMatchObject({ plan: { round: 2n, base: posted } })
    await expectThatOfTheChain(node)
    // And it may be rejected after all: nobody has the seat then.
    await reject(1n)
    await node.synced()
    expect(node.rounds.states()).toEqual([])
  })

  it('rejected ten rounds later: nothing of them is owed, and undone, all of them are as they were', async () => {
    const node = await follow()
    const { operatorKey } = node.rounds.state(1n)!.plan
    const member = on.sender(3).address
    node.rounds.dispatch(1n, { type: 'receipt', member, commitment: hash('mine'), operatorKey, signature: '0x11' })
    node.rounds.dispatch(1n, trained)
    let parent = await post(1n, first())
    for (let round = 2n; round <= 10n; round++) {
      await on.pass(10)
      parent = await post(round, claimOn(parent, { members: 2 }))
    }
    await node.synced()
    // In which order a node came to know the rounds is left to chance.
    const byRound = () => node.rounds.states().toSorted((a, b) => (a.plan.round < b.plan.round ? -1 : 1))
    const before = byRound().map(chainSide)
    await undone(node, async () => {
      await reject(1n)
      await node.synced()
      // The numbers are burned: nobody has anything to seal, to build or to post.
      expect(node.rounds.states()).toEqual([])
    })
    expect(byRound().map(chainSide)).toEqual(before)
    expect(node.rounds.state(1n)).toMatchObject({ own: { updateRoot: trained.updateRoot } })
    expect(node.rounds.state(1n)!.receipts.size).toBe(1)
    // For good: whoever takes the seat opens another number.
    await reject(1n)
    await takeSeat(hotSender(on, 2), { ledger: on.contracts.ledger, task })
    await node.synced()
    expect(node.rounds.states().map(({ plan }) => [plan.round, plan.base])).toEqual([[12n, base]])
  })

  it('rejected as false, and back: the node replays it once more, and disputes it', async () => {
    const node = await follow(createMemoryJournal(), false)
    const claimHash = await post(1n, first())
    await node.synced()
    node.rounds.dispatch(1n, { type: 'replayed', claimHash, match: false })
    node.caughtUp.length = 0
    await undone(node, async () => {
      await reject(1n)
      await node.synced()
      expect(node.caughtUp).toEqual([])
    })
    expect(node.rounds.state(1n)?.posted?.claimHash).toBe(claimHash)
    expect(node.caughtUp).toEqual([1n])
  })

  it('a base whose state is lost is fetched, and not waited for', async () => {
    const node = await follow(createMemoryJournal(), false)
    const claimHash = await post(1n, first())
    await node.synced()
    node.caughtUp.length = 0
    await node.refresh()
    // The round's own duty replays it.
    expect(node.caughtUp).toEqual([])
    node.rounds.dispatch(1n, { type: 'replayed', claimHash, match: true })
    await node.refresh()
    expect(node.caughtUp).toEqual([1n])
  })

  it('sealed: the round takes commitments again', async () => {
    const node = await follow()
    const { ledger } = on.contracts
    await undone(node, async () => {
      const { openedAt, forcedHash } = await readCurrentRound(on.chain, { ledger, task })
      await sealRound(hotSender(on, 1), { ledger, task, round: 1n, openedAt, digest: hash('rows'), count: 2, forcedHash })
      await node.synced()
      expect(node.rounds.latest?.sealed).toMatchObject({ digest: hash('rows'), count: 2 })
    })
    expect(node.rounds.latest?.sealed).toBeUndefined()
    await expectThatOfTheChain(node)
  })

  it('failed: the round is open again, and taken by another it is another number', async () => {
    const node = await follow()
    const { ledger } = on.contracts
    node.rounds.dispatch(1n, trained)
    await undone(node, async () => {
      await failRound(hotSender(on, 1), { ledger, task, round: 1n })
      await takeSeat(hotSender(on, 2), { ledger, task })
      await node.synced()
      expect(node.rounds.latest?.plan).toMatchObject({ round: 2n, operator: on.sender(2).address })
    })
    expect(node.rounds.latest).toMatchObject({ plan: { round: 1n }, own: { updateRoot: trained.updateRoot } })
    await expectThatOfTheChain(node)
  })

  it('while the node is away: a journal that remembers what is gone does no harm', async () => {
    for (const again of [first(), other()]) {
      const journal = createMemoryJournal()
      const node = await follow(journal)
      const before = await on.test.snapshot()
      await post(1n, first())
      await node.synced()
      await node.stop()
      await on.revert(before)
      await on.pass(3)
      const later = await follow(journal)
      await expectThatOfTheChain(later)
      expect(later.rounds.state(1n)?.posted).toBeUndefined()
      const posted = await post(1n, again)
      await later.synced()
      expect(later.rounds.state(1n)?.posted?.claimHash).toBe(posted)
      await later.stop()
      await on.revert(untouched)
      untouched = await on.test.snapshot()
    }
  })

  it('the time goes back with the chain, in every round', async () => {
    const node = await follow()
    await undone(node, async () => {
      await on.pass(40)
      await force(1n, 3, hash('gone'))
      node.rounds.tick(Number((await on.chain.publicClient.getBlock()).timestamp))
    })
    const { timestamp } = await on.chain.publicClient.getBlock()
    expect(node.rounds.state(1n)!.now).toBe(Number(timestamp))
  })

  it('while the node is away: the receipts of a claim that may be disputed stay', async () => {
    const journal = createMemoryJournal()
    const node = await follow(journal)
    const { operatorKey } = node.rounds.state(1n)!.plan
    const member = on.sender(3).address
    node.rounds.dispatch(1n, { type: 'receipt', member, commitment: hash('mine'), operatorKey, signature: '0x11' })
    await post(1n, first())
    await node.synced()
    const before = node.rounds.state(1n)!
    await node.stop()
    const later = await follow(journal)
    expect(
      later.rounds
        .states()
        .map(({ plan }) => plan.round)
        .toSorted((a, b) => Number(a - b)),
    ).toEqual([1n, 2n])
    expect(later.rounds.state(1n)!.receipts).toEqual(before.receipts)
    expect(chainSide(later.rounds.state(1n))).toEqual(chainSide(before))
  })

  it('taken in the same second by another key: the round is that of the key which the chain has', async () => {
    const { ledger } = on.contracts
    const { feed, rounds } = feedOver()
    await failRound(hotSender(on, 1), { ledger, task, round: 1n })
    const { timestamp } = await on.chain.publicClient.getBlock()
    const before = await on.test.snapshot()
    const taken = async (operator: number): Promise<Address> => {
      await on.test.setNextBlockTimestamp({ timestamp: timestamp + 1000n })
      await takeSeat(hotSender(on, operator), { ledger, task })
      await feed.refresh()
      return rounds.state(2n)!.plan.operatorKey
    }
    const one = await taken(2)
    expect(one).toBe(hotSender(on, 2).address)
    const { openedAt } = rounds.state(2n)!.plan
    await on.revert(before)
    expect(await taken(1)).toBe(hotSender(on, 1).address)
    expect(rounds.state(2n)!.plan.openedAt).toBe(openedAt)
  })

  it('caught up with, and open again when its claim is undone: the node runs it', async () => {
    const before = await on.test.snapshot()
    await post(1n, first())
    const node = await follow()
    expect(node.rounds.state(1n)!.plan.caughtUp).toBe(true)
    await on.revert(before)
    await on.pass(3)
    await node.synced()
    expect(node.rounds.state(1n)!.plan.caughtUp).toBeUndefined()
    expect(node.rounds.state(1n)!.posted).toBeUndefined()
    await expectThatOfTheChain(node)
  })

  it('over before the node came: the rounds of claims that may be disputed are opened, and take receipts', async () => {
    const node = await follow()
    const claim = claimOn(await post(1n, first()), { members: 2 })
    await on.pass(10)
    await post(2n, claim)
    await node.synced()
    const later = await follow()
    expect(
      later.rounds
        .states()
        .map(({ plan }) => plan.round)
        .toSorted((a, b) => Number(a - b)),
    ).toEqual([1n, 2n, 3n])
    for (const round of [1n, 2n]) {
      expect(chainSide(later.rounds.state(round))).toEqual(chainSide(node.rounds.state(round)))
      // Catching up replays them.
      expect(later.rounds.state(round)!.plan.caughtUp).toBe(true)
    }
    const { operatorKey } = later.rounds.state(1n)!.plan
    const member = on.sender(3).address
    later.rounds.dispatch(1n, { type: 'receipt', member, commitment: hash('mine'), operatorKey, signature: '0x11' })
    expect(later.rounds.state(1n)!.receipts.size).toBe(1)
    // A claim that nobody can dispute any more is caught up with, and nothing else.
    await on.pass(WINDOWS.challenge)
    const last = await follow()
    expect(last.rounds.states().map(({ plan }) => plan.round)).toEqual([3n])
    expect(last.caughtUp).toEqual([2n])
  })

  it('while the node is away: a claim that was rejected is not taken for one that stands', async () => {
    const journal = createMemoryJournal()
    const node = await follow(journal)
    await post(1n, first())
    await node.synced()
    await node.stop()
    await reject(1n)
    const later = await follow(journal)
    expect(later.rounds.states()).toEqual([])
  })
})
