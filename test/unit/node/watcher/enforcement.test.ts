import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TransactionSender } from '../../../../src/chain/index.ts'
import { noMetrics, QuorateError, silentLogger } from '../../../../src/core/index.ts'
import { createEngine } from '../../../../src/engine/index.ts'
import { Enforcement, investigator, NodeEvents, Rounds } from '../../../../src/node/index.ts'
import type { Dispute } from '../../../../src/node/index.ts'
import { leftOut, signStatement, ZERO_HASH } from '../../../../src/protocol/index.ts'
import type { Hash, RoundEvent, RoundPlan } from '../../../../src/protocol/index.ts'
import { claimComputer, ClaimHistory, genesisState } from '../../../../src/replay/index.ts'
import type { ComputedClaim } from '../../../../src/replay/index.ts'
import { DOMAIN, factsWith, nodeFolder, TASK } from '../../../support/node/replay-ports.ts'
import type { NodeFolder } from '../../../support/node/replay-ports.ts'
import { KEYS, manifestBytes, MEMBERS, OPERATOR, postedOf } from '../../../support/node/round-chain.ts'
import { claimOf, signRecord, smallTask, smallUpdate } from '../../../support/node/small-task.ts'

const { signal } = new AbortController()
const victim = MEMBERS[2]!.owner

describe('a claim that leaves out a member', () => {
  const task = smallTask()
  const facts = factsWith(MEMBERS, OPERATOR)
  const genesis = genesisState(TASK, task.spec, task.model)
  let node: NodeFolder
  let computed: ComputedClaim
  let plan: RoundPlan
  let receipt: RoundEvent
  let sealed: { digest: Hash; count: number; sealedAt: number }

  beforeAll(async () => {
    const updates = new Map(MEMBERS.slice(0, 2).map(({ owner }, i) => [owner as string, smallUpdate(i)]))
    const record = await signRecord(await facts(1n, genesis.claimHash), { updates, keys: KEYS, operator: OPERATOR })
    await using engine = createEngine()
    computed = await claimOf(claimComputer(engine), task, genesis, record, updates.values())
    const { members, totalStake, timepoint, seal } = await facts(1n, genesis.claimHash)
    const { digest, count, operator, operatorKey } = seal
    sealed = { digest, count, sealedAt: timepoint + 61 }
    plan = {
      task: TASK,
      round: 1n,
      openedAt: timepoint + 1,
      snapshot: timepoint,
      windows: { commit: 60, reveal: 60, attest: 60, post: 60, challenge: 600 },
      base: genesis.claimHash,
      operator,
      operatorKey,
      operatorSlot: seal.slot,
      members,
      totalStake,
      spec: { toleranceBps: 2500, minSealedBps: 5000, committee: 0 },
      quorumBps: 6667,
      caughtUp: true,
    }
    const body = { task: TASK, round: 1n, member: victim, commitment: ZERO_HASH }
    const signature = await signStatement(DOMAIN, 'Receipt', body, OPERATOR.account)
    receipt = { type: 'receipt', member: victim, commitment: ZERO_HASH, operatorKey, signature }
    node = await nodeFolder(task, facts)
    await node.stores.states.save(genesis)
    node.peers.serve(manifestBytes({ computed }), ...computed.files.documents.values())
    node.peers.serveUpdates(...updates.values())
  })
  afterAll(async () => node[Symbol.asyncDispose]())

  it('is disputed when a receipt comes after the claim, by a node that was away when the round was sealed', async () => {
    const { ports, journal } = node
    const rounds = new Rounds({ journal, logger: silentLogger, metrics: noMetrics })
    // No transaction is sent and no block is read: the dispute is looked into by itself below.
    const sender = { address: victim } as unknown as TransactionSender
    const enforcement = new Enforcement({
      self: MEMBERS[0]!.owner,
      ports,
      contracts: { token: victim, vault: victim, ledger: DOMAIN.ledger, judge: victim, distributor: victim },
      fromBlock: 0n,
      sender,
      journal,
      history: new ClaimHistory(),
      rounds,
      now: () => plan.openedAt,
      dispute: { recipient: MEMBERS[0]!.owner },
      events: new NodeEvents(silentLogger),
      logger: silentLogger,
      metrics: noMetrics,
    })
    const disputed = (): Dispute[] => journal.entries<Dispute>('dispute/').map(([, dispute]) => dispute)
    const posted = postedOf(1n, computed)
    rounds.open(plan)
    rounds.dispatch(1n, { type: 'chain', sealed, posted, forced: [] })
    expect(rounds.state(1n)!.seal).toBeUndefined()

    enforcement.reports.matched(posted, computed)
    expect(await enforcement.rowCheck.passed(posted, signal)).toBe(true)
    expect(rounds.state(1n)!.seal?.rows).toHaveLength(2)
    expect(disputed()).toEqual([])

    rounds.dispatch(1n, receipt)
    expect(leftOut(rounds.state(1n)!)).toEqual([victim])
    expect(disputed()).toMatchObject([{ round: 1n, claimHash: computed.claimHash }])
    // A restarted node has the receipt, and the claim passes no more.
    const again = new Rounds({ journal, logger: silentLogger, metrics: noMetrics })
    expect(again.open(plan).receipts.size).toBe(1)
    expect(await enforcement.rowCheck.passed(posted, signal)).toBe(false)
    const investigate = investigator({ ports, roundState: (round) => again.state(round) })
    expect(await investigate(disputed()[0]!, signal)).toMatchObject({
      kind: 'proof',
      proof: { functionName: 'proveOmission' },
    })
    for (const service of enforcement.services) await service.stop()
  })
})

it('a dispute of an earlier run touches neither chain nor evidence before the history is read', async () => {
  const task = smallTask()
  await using node = await nodeFolder(task, async () => {
    throw new Error('the history is not read')
  })
  const { ports, journal } = node
  const dispute = { round: 1n, claimHash: ZERO_HASH, operator: OPERATOR.owner, claim: { parent: ZERO_HASH } }
  journal.set(`dispute/${ZERO_HASH}`, dispute)
  const looked = Promise.withResolvers<void>()
  let isReady = false
  // The chain is asked first.
  const sender = {
    address: victim,
    get chain(): never {
      expect(isReady).toBe(true)
      looked.resolve()
      throw new QuorateError('RPC_UNREACHABLE', 'away')
    },
  } as unknown as TransactionSender
  const ready = Promise.withResolvers<void>()
  const enforcement = new Enforcement({
    self: MEMBERS[0]!.owner,
    ports,
    contracts: { token: victim, vault: victim, ledger: DOMAIN.ledger, judge: victim, distributor: victim },
    fromBlock: 0n,
    sender,
    journal,
    history: new ClaimHistory(),
    rounds: new Rounds({ journal, logger: silentLogger, metrics: noMetrics }),
    now: () => 0,
    ready: ready.promise,
    dispute: { recipient: MEMBERS[0]!.owner },
    answer: false,
    events: new NodeEvents(silentLogger),
    logger: silentLogger,
    metrics: noMetrics,
  })
  const [watcher] = enforcement.services
  await watcher!.start()
  // One that is reported meanwhile waits, too.
  enforcement.reports.unavailable(postedOf(2n, { claim: dispute.claim as never, claimHash: `0x${'01'.repeat(32)}` }))
  expect(node.peers.asked).toEqual([])
  isReady = true
  ready.resolve()
  await looked.promise
  await watcher!.stop()
  // Both are taken up by the next start.
  expect(journal.entries('dispute/')).toHaveLength(2)
})
