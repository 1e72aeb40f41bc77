import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  ChainClock,
  mintDevelopmentTokens,
  readCourt,
  readLedgerEvents,
  readRound,
  TransactionSender,
} from '../../src/chain/index.ts'
import { noMetrics, silentLogger } from '../../src/core/index.ts'
import { createEngine } from '../../src/engine/index.ts'
import { withFallback } from '../../src/node/claims/with-fallback.ts'
import {
  catchUp,
  documentsThroughStore,
  Enforcement,
  finalClaims,
  openStores,
  patientReports,
  replay,
  Rounds,
} from '../../src/node/index.ts'
import type { Dispute, ReplayPorts } from '../../src/node/index.ts'
import { BLOB_PROTOCOL } from '../../src/network/blob/blob-protocol.ts'
import { FramedStream } from '../../src/network/framed-stream.ts'
import { fileHash, fromHex, paddedLength, SEGMENT } from '../../src/protocol/index.ts'
import type { RoundState } from '../../src/protocol/index.ts'
import { claimComputer, ClaimHistory, factsOf } from '../../src/replay/index.ts'
import type { ModelState } from '../../src/replay/index.ts'
import { openJournal } from '../../src/storage/index.ts'
import { recordedEvents } from '../support/events.ts'
import type { AnyEvent } from '../support/events.ts'
import { FALSE_CLAIM, memberSender, postRound, startJudgedChain } from '../support/judge/judged-chain.ts'
import { TASK } from '../support/judge/random-round.ts'
import { recordedRound } from '../support/judge/silent-operator.ts'
import type { RecordedRound } from '../support/judge/silent-operator.ts'
import { evidenceForms } from '../support/node/evidence-forms.ts'
import type { EvidenceForm } from '../support/node/evidence-forms.ts'
import { connect } from './chain/harness.ts'
import type { TestChain } from './chain/harness.ts'
import { Cluster } from './network/support.ts'
import { Harness } from './rpc/harness.ts'
import { LONG } from '../support/long.ts'

const text = (value: string): Uint8Array => new TextEncoder().encode(value)
const all = evidenceForms(text('{}')).map(({ name }) => name)
/** `npm test` has every fifth form. */
const names = LONG ? all : all.filter((_, index) => index % 5 === 0)
const { signal } = new AbortController()

/** A member that watches: real stores, peers, court and chain. */
interface Watching extends AsyncDisposable {
  /** Replays the claim once, as the running node does. */
  attempt(): Promise<void>
  /** Replays it once, as a node that was away does. */
  catchUp(): Promise<{ complete: boolean }>
  disputes(): number
  heard(event: string): Promise<AnyEvent>
}

describe('a false claim whose evidence fails', () => {
  let on: TestChain
  let round: RecordedRound
  let forms: Map<string, EvidenceForm>

  beforeAll(async () => {
    on = await startJudgedChain()
    round = await recordedRound(5, { chainId: on.chain.chainId, ledger: on.contracts.ledger })
    const record = [...round.documents.values()].find((bytes) => new TextDecoder().decode(bytes).includes('"rows"'))!
    forms = new Map(evidenceForms(record).map((form) => [form.name, form]))
  }, 120_000)
  afterAll(async () => on[Symbol.asyncDispose]())

  /** The state on which the claim builds. */
  function base({ claim }: Dispute): ModelState {
    const { previous, parent } = round.honest
    return { ...previous, round: 1n, height: 1, claim: parent.claim, claimHash: claim.parent, ledgerTotal: 0n }
  }

  async function watching(form: EvidenceForm, dispute: Dispute): Promise<Watching> {
    const { contracts, deployment } = on
    const { spec } = round.honest
    const life = new AsyncDisposableStack()
    // The chain is taken back after each test, and a connection remembers blocks.
    const chain = await connect(on.anvil)
    life.defer(async () => chain.close())
    const folder = await mkdtemp(join(tmpdir(), 'quorate-forms-'))
    life.defer(async () => rm(folder, { recursive: true }))
    const journal = openJournal(folder)
    life.defer(() => journal.close())
    const engine = life.use(createEngine())
    const stores = await openStores(folder, journal, engine)
    await stores.states.save(base(dispute))

    const cluster = life.use(await Cluster.start(2))
    const [operator, member] = cluster.peers as [(typeof cluster.peers)[0], (typeof cluster.peers)[0]]
    for (const bytes of form.documents ?? []) operator.source.documents.set(fileHash(bytes), bytes)
    const { answer, throws } = form
    if (answer) {
      await operator.blobs.stop()
      await operator.node.handle(BLOB_PROTOCOL, 8, async (stream) => {
        using frames = new FramedStream(stream, { maxBytes: 10_000, idleMs: 60_000, signal })
        await frames.read()
        await answer(frames)
        await frames.read()
      })
    }
    const grpc =
      throws &&
      life.use(
        await Harness.start({
          limits: { callBurst: 1000 },
          handlers: {
            // eslint-disable-next-line require-yield
            getBlob: async function* () {
              throw throws()
            },
          },
        }),
      )
    const client = grpc?.client()
    const history = new ClaimHistory()
    for (const event of await readLedgerEvents(chain, { contracts, task: TASK, fromBlock: deployment.fromBlock }))
      history.apply(event)
    const ports: ReplayPorts = {
      task: { id: TASK, domain: { chainId: chain.chainId, ledger: contracts.ledger }, spec, document: '' },
      stores,
      supply: {
        fetchUpdate: async (root, fetch) =>
          member.blobs.fetchSegments(root, { segments: paddedLength(spec) / SEGMENT, ...fetch }),
        fetchDocument: withFallback(
          documentsThroughStore(member.blobs, stores.documents),
          client && (async (hash, { signal: until, maxBytes }) => client.getBlob(fromHex(hash), { signal: until, maxBytes })),
        ),
        patience: () => 1000,
      },
      compute: claimComputer(engine),
      factsOf: factsOf({ chain, contracts, task: TASK, spec, history }),
      logger: silentLogger,
      metrics: noMetrics,
    }
    const waiting: { event: string; tell: (event: AnyEvent) => void }[] = []
    const { events, told } = recordedEvents((event) => {
      for (const one of waiting) if (one.event === event.event) one.tell(event)
    })
    const sender = new TransactionSender({ chain, account: memberSender(on, 3).account })
    const clock = new ChainClock({ chain, logger: silentLogger, pollingIntervalMs: 20 })
    await clock.start()
    life.defer(async () => clock.stop())
    const enforcement = new Enforcement({
      self: sender.address,
      ports,
      contracts,
      fromBlock: deployment.fromBlock,
      sender,
      journal,
      history,
      rounds: new Rounds({ journal, logger: silentLogger, metrics: noMetrics }),
      now: () => clock.now(),
      dispute: { recipient: sender.address },
      patienceMs: 0,
      events,
      logger: silentLogger,
      metrics: noMetrics,
    })
    life.defer(async () => {
      for (const service of enforcement.services) await service.stop()
    })
    const reports = patientReports(enforcement.reports)
    const duty = replay(ports, reports)
    const state = { plan: { round: dispute.round, base: dispute.claim.parent }, posted: dispute } as unknown as RoundState
    const effect = { type: 'replay', key: 'replay', claimHash: dispute.claimHash } as const
    return {
      attempt: async () => void (await duty.replay!(effect as never, state, signal).catch(() => {})),
      catchUp: async () =>
        catchUp(
          {
            ports,
            history,
            genesis: base(dispute),
            reports,
            isFinal: finalClaims(chain, { ledger: contracts.ledger, task: TASK }),
          },
          signal,
        ),
      disputes: () => journal.entries('dispute/').length,
      heard: async (event) => told.find((one) => one.event === event) ?? new Promise((tell) => waiting.push({ event, tell })),
      [Symbol.asyncDispose]: async () => life.disposeAsync(),
    }
  }

  /** Posts a claim over the evidence of a form, with a member that has tokens for the court. */
  async function posted(form: EvidenceForm): Promise<Dispute> {
    const dispute = await postRound(on, round, { ...round.honest, evidence: fileHash(form.manifest) })
    const { unitBond } = await readCourt(on.chain, { court: on.deployment.court, task: TASK })
    await mintDevelopmentTokens(on.governor, {
      token: on.contracts.token,
      to: memberSender(on, 3).address,
      amount: 16n * unitBond,
    })
    return dispute
  }

  const statusOf = async ({ round: number }: Dispute): Promise<string> =>
    (await readRound(on.chain, { ledger: on.contracts.ledger, task: TASK, round: number })).status

  it.each(names)('goes to the court: %s', async (name) => {
    const form = forms.get(name)!
    const before = await on.test.snapshot()
    try {
      const dispute = await posted(form)
      await using node = await watching(form, dispute)
      for (let tries = 0; tries < 3; tries++) await node.attempt()
      expect(node.disputes(), 'disputed after three tries').toBe(1)
      expect(await node.heard('courtRequest')).toMatchObject({ round: 2n, claimHash: dispute.claimHash })
      // A member that was away comes no further, and does not fail.
      expect(await node.catchUp()).toEqual({ complete: false })
      expect(await statusOf(dispute)).toBe('posted')
    } finally {
      await on.revert(before)
    }
  })

  it.each([names[0]!, names[1]!, names.at(-1)!])('is rejected when its operator does not answer: %s', async (name) => {
    const form = forms.get(name)!
    const before = await on.test.snapshot()
    try {
      const dispute = await posted(form)
      await using node = await watching(form, dispute)
      for (let tries = 0; tries < 3; tries++) await node.catchUp()
      await node.heard('courtRequest')
      const { answerWindow } = await readCourt(on.chain, { court: on.deployment.court, task: TASK })
      await on.pass(Number(answerWindow))
      expect(await node.heard('fraud')).toMatchObject({ proof: 'rejectWithheld', operatorSlashed: FALSE_CLAIM })
      expect(await statusOf(dispute)).toBe('void')
      // The round is over and its claim fell: a node that has not heard of that yet does not take the claim for final.
      expect(await node.catchUp()).toEqual({ complete: false })
    } finally {
      await on.revert(before)
    }
  })
})
