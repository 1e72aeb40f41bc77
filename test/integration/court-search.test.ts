import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  answerRequest,
  ChainClock,
  mintDevelopmentTokens,
  readCourt,
  readRequests,
  readRound,
  readTokenBalance,
  TransactionSender,
} from '../../src/chain/index.ts'
import { noMetrics, silentLogger } from '../../src/core/index.ts'
import type { Metrics } from '../../src/core/index.ts'
import { buildAnswer, findFraud, rowsFraud } from '../../src/judge/index.ts'
import type { ClaimParts, OpenedRow } from '../../src/judge/index.ts'
import { CourtDispute, Watcher } from '../../src/node/index.ts'
import type { Dispute, Finding, NodeEvent } from '../../src/node/index.ts'
import { claimHash, genesisClaim, specHash, Verdict, ZERO_HASH } from '../../src/protocol/index.ts'
import { createMemoryJournal } from '../../src/storage/index.ts'
import type { Journal } from '../../src/storage/index.ts'
import { FALSE_CLAIM, postRound, startJudgedChain } from '../support/judge/judged-chain.ts'
import { playCourt } from '../support/judge/court-game.ts'
import { mutate } from '../support/judge/mutations.ts'
import { randomOf, TASK } from '../support/judge/random-round.ts'
import { recordedRound, replayOver, silentOperator, unseenRound } from '../support/judge/silent-operator.ts'
import type { RecordedRound } from '../support/judge/silent-operator.ts'
import { hotSender } from './chain/harness.ts'
import type { TestChain } from './chain/harness.ts'

/** What the operator lies about, by name in the demo, and how. */
const LIES: [fault: string, mutation: string][] = [
  ['aggregate', 'consistent: step'],
  ['gram', 'consistent: gram'],
  ['weights', 'consistent: weights'],
  ['ledger', 'ledger: reward'],
  ['model', 'model: leaf'],
  ['row', 'row: score'],
]
const BONDS = 30n

type Withheld = Extract<Finding, { kind: 'withheld' }>

describe('a watcher against an operator that serves nothing and answers the court', () => {
  let on: TestChain
  let requestBond: bigint

  beforeAll(async () => {
    on = await startJudgedChain()
  }, 120_000)

  afterAll(async () => on[Symbol.asyncDispose]())

  /** One game on a fresh task: the watchers of `accounts` have bonds, the operator answers. */
  async function play(
    round: RecordedRound,
    posted: ClaimParts,
    body: (game: Game) => Promise<void>,
    { accounts = [3], answers = true }: { accounts?: readonly number[]; answers?: boolean } = {},
  ): Promise<void> {
    const untouched = await on.test.snapshot()
    const clock = new ChainClock({ chain: on.chain, logger: silentLogger, pollingIntervalMs: 20 })
    try {
      const dispute = await postRound(on, round, posted)
      const { token } = on.contracts
      ;({ requestBond } = await readCourt(on.chain, { court: on.deployment.court, task: TASK }))
      for (const account of accounts)
        await mintDevelopmentTokens(on.governor, { token, to: on.sender(account).address, amount: BONDS * requestBond })
      await clock.start()
      const operator = answers ? silentOperator(on, round, posted, dispute, () => clock.now()) : undefined
      await operator?.start()
      try {
        await body({ dispute, now: () => clock.now() })
      } finally {
        await operator?.stop()
      }
    } finally {
      await clock.stop()
      await on.test.revert({ id: untouched })
    }
  }

  interface WatchOptions {
    onEvent?: (event: NodeEvent) => void
    onRow?: (round: bigint, opened: OpenedRow) => void
    journal?: Journal
    metrics?: Metrics
  }

  interface Game {
    dispute: Dispute
    now: () => number
  }

  function watcher(
    account: number,
    { now }: Game,
    finding: Withheld,
    { onEvent, onRow, journal = createMemoryJournal(), metrics = noMetrics }: WatchOptions = {},
  ) {
    const events: NodeEvent[] = []
    const told = (event: NodeEvent): void => {
      events.push(event)
      onEvent?.(event)
    }
    const sender = new TransactionSender({ chain: on.chain, account: on.sender(account).account })
    const { contracts, deployment } = on
    const common = { contracts, task: TASK, sender, onEvent: told, logger: silentLogger }
    const { spec } = finding.own
    const { fromBlock } = deployment
    const court = new CourtDispute({ ...common, spec, fromBlock, now, patienceMs: 0, ...(onRow && { onRow }) })
    const made = new Watcher({
      ...common,
      recipient: sender.address,
      investigate: async () => finding,
      court,
      journal,
      metrics,
      retryMs: 10,
    })
    return { watcher: made, events, address: sender.address }
  }

  const withheld = ({ honest, witness }: RecordedRound, known = witness): Withheld => ({
    kind: 'withheld',
    what: 'opening',
    own: honest,
    replayed: true,
    rowProof: async (posted) => rowsFraud(posted, honest, known),
  })

  const domain = () => ({ chainId: on.chain.chainId, ledger: on.contracts.ledger })
  const requests = () => readRequests(on.chain, { court: on.deployment.court, task: TASK, round: 2n })
  const balance = (owner: `0x${string}`) => readTokenBalance(on.chain, { token: on.contracts.token, owner })
  const status = async () => (await readRound(on.chain, { ledger: on.contracts.ledger, task: TASK, round: 2n })).status

  /** The first random round in which the lie is possible. */
  async function lie(mutation: string): Promise<{ round: RecordedRound; posted: ClaimParts; proof: string }> {
    for (let seed = 1; ; seed++) {
      const round = await recordedRound(seed, domain())
      const posted = round.honest.rows.length > 3 ? await mutate(round, mutation, randomOf(seed)) : undefined
      const proof = posted && findFraud(posted.parts, round.honest, posted.witness)
      if (posted && proof) return { round, posted: posted.parts, proof: proof.functionName }
    }
  }

  /** A claim with something where no honest one has anything. */
  async function beyondProofs(where: string): Promise<{ round: RecordedRound; posted: ClaimParts }> {
    for (let seed = 1; ; seed++) {
      const round = await recordedRound(seed, domain())
      const { honest } = round
      if (honest.reference) continue
      if (where !== 'past the last chunk') return { round, posted: { ...honest, reference: honest.model } }
      // Three segments, and a leaf in the fourth.
      const spec = { ...honest.spec, tensors: [{ ...honest.spec.tensors[0]!, chunks: 70 }] }
      const three = <T>(list: readonly T[]): T[] => Array.from({ length: 96 }, (_, i) => list[i % list.length]!)
      const genesis = claimHash(TASK, 0n, genesisClaim(specHash(spec), ZERO_HASH, ZERO_HASH))
      const parent = { ...honest.parent, claim: { ...honest.parent.claim, parent: genesis } }
      const wide = { ...honest, spec, parent, model: three(honest.model), transition: three(honest.transition) }
      return { round: { ...round, honest: wide }, posted: { ...wide, model: [...wide.model, new Uint8Array(32).fill(1)] } }
    }
  }

  it.each(LIES)('has a lie about %s rejected by a proof from what the operator opened', async (_, mutation) => {
    const { round, posted, proof } = await lie(mutation)
    await play(round, posted, async (game) => {
      const { watcher: one, events, address } = watcher(3, game, withheld(round))
      one.dispute(game.dispute)
      await one.settled()
      expect(await status()).toBe('open')
      expect(events.find(({ event }) => event === 'fraud')).toMatchObject({ proof, operatorSlashed: FALSE_CLAIM })
      expect(events.at(-1)).toMatchObject({ event: 'disputeEnded', outcome: 'rejected' })
      // What nobody had answered yet came back; the rest went to the operator, which lost more.
      const asked = await requests()
      const answered = asked.filter((request) => request.status === 'answered')
      expect(asked.every((request) => ['answered', 'refunded'].includes(request.status))).toBe(true)
      expect(await balance(address)).toBe((BONDS - BigInt(answered.length)) * requestBond + FALSE_CLAIM / 2n)
      expect(BigInt(answered.length) * requestBond).toBeLessThan(FALSE_CLAIM / 2n)
    })
  })

  it('opens the rows of a round that it has neither seen nor can replay, and goes on from them', async () => {
    const { round, posted, proof } = await lie('consistent: weights')
    await play(round, posted, async (game) => {
      const unseen = unseenRound(round, domain())
      const opened: OpenedRow[] = []
      const finding: Withheld = {
        kind: 'withheld',
        what: 'evidence',
        own: unseen.before,
        replayed: false,
        replayOver: async (rows) => replayOver(round, unseen, rows),
      }
      const { watcher: one, events } = watcher(3, game, finding, { onRow: (_, row) => opened.push(row) })
      one.dispute(game.dispute)
      await one.settled()
      expect(events.find(({ event }) => event === 'fraud')).toMatchObject({ proof })
      expect(opened.map(({ row }) => row.commitment)).toEqual(posted.rows.map(({ commitment }) => commitment))
      expect(opened.map(({ signature }) => signature)).toEqual(round.witness.rows.map(({ signature }) => signature))
    })
  })

  it('replays over other rows than it saw where nothing is wrong with them by themselves', async () => {
    // One row is called unavailable, which nobody can disprove here, and then a reward is wrong.
    const { round, posted } = await lie('consistent: called unavailable')
    const wrong = { ...posted, ledger: new Map(posted.ledger) }
    const row = wrong.rows.find(({ verdict }) => verdict >= Verdict.accepted)!
    const leaf = wrong.ledger.get(row.slot)!
    wrong.ledger.set(row.slot, { ...leaf, reward: leaf.reward + 1n })
    await play(round, wrong, async (game) => {
      const unseen = unseenRound(round, domain())
      const { rowProof: _, ...known } = withheld(round)
      const finding: Withheld = { ...known, replayOver: async (rows) => replayOver(round, unseen, rows) }
      const { watcher: one, events } = watcher(3, game, finding)
      one.dispute(game.dispute)
      await one.settled()
      expect(events.find(({ event }) => event === 'fraud')).toMatchObject({ proof: 'proveLedger' })
    })
  })

  it('goes on where a killed watcher stopped, and pays for nothing twice', async () => {
    const { round, posted, proof } = await lie('consistent: gram')
    await play(round, posted, async (game) => {
      const journal = createMemoryJournal()
      const killed = Promise.withResolvers<void>()
      const first = watcher(3, game, withheld(round), {
        onEvent: ({ event, kind }) => event === 'courtRequest' && kind === 1 && killed.resolve(),
        journal,
      })
      first.watcher.dispute(game.dispute)
      await killed.promise
      await first.watcher.stop()
      expect(await status()).toBe('posted')

      const second = watcher(3, game, withheld(round), { journal })
      await second.watcher.start()
      await second.watcher.settled()
      expect(second.events.find(({ event }) => event === 'fraud')).toMatchObject({ proof })
      expect(journal.entries('dispute/')).toEqual([])
      const asked = await requests()
      expect(new Set(asked.map(({ id }) => id)).size).toBe(asked.length)
      const { requests: needed } = await playCourt(posted, round.honest)
      expect(asked.length).toBeLessThanOrEqual(needed)
    })
  })

  it('shares what was opened with other watchers', async () => {
    const { round, posted, proof } = await lie('consistent: weights')
    await play(
      round,
      posted,
      async (game) => {
        const both = [3, 4].map((account) => watcher(account, game, withheld(round)))
        for (const { watcher: one } of both) one.dispute(game.dispute)
        await Promise.all(both.map(async ({ watcher: one }) => one.settled()))
        const events = both.flatMap((one) => one.events)
        expect(events.filter(({ event }) => event === 'fraud')).toMatchObject([{ proof }])
        const asked = await requests()
        expect(events.filter(({ event }) => event === 'courtRequest')).toHaveLength(asked.length)
        expect(events.filter(({ event }) => event === 'disputeEnded').map(({ outcome }) => outcome)).toEqual([
          'rejected',
          'rejected',
        ])
      },
      { accounts: [3, 4] },
    )
  })

  it.each(['past the last chunk', 'a reference in a task without'])('%s: the court takes no answer', async (where) => {
    const { round, posted } = await beyondProofs(where)
    await play(
      round,
      posted,
      async (game) => {
        const refused = Promise.withResolvers<unknown>()
        const answer = async (): Promise<void> => {
          for (const { status: state, target } of await requests()) {
            if (state !== 'open') continue
            const built = buildAnswer(posted, target, () => undefined)!
            await answerRequest(hotSender(on, 1), { court: on.deployment.court, answer: built })
          }
        }
        const onEvent = ({ event }: NodeEvent): void => {
          if (event === 'courtRequest') answer().catch(refused.resolve)
        }
        const { watcher: one, events } = watcher(3, game, withheld(round), { onEvent })
        one.dispute(game.dispute)
        expect(await refused.promise).toMatchObject({ code: 'TRANSACTION_REVERTED', details: { error: 'NothingThere' } })
        const { answerWindow } = await readCourt(on.chain, { court: on.deployment.court, task: TASK })
        await on.pass(Number(answerWindow))
        await one.settled()
        expect(events.find(({ event }) => event === 'fraud')).toMatchObject({
          proof: 'rejectWithheld',
          operatorSlashed: FALSE_CLAIM,
        })
      },
      { answers: false },
    )
  })

  it('asks nothing about an honest claim of which it only lacks the record', async () => {
    const round = await recordedRound(5, domain())
    await play(round, { ...round.honest, evidence: `0x${'77'.repeat(32)}` }, async (game) => {
      const told = Promise.withResolvers<void>()
      const {
        watcher: one,
        events,
        address,
      } = watcher(3, game, withheld(round), {
        onEvent: ({ reason }) => String(reason).includes('only its evidence') && told.resolve(),
      })
      one.dispute(game.dispute)
      await told.promise
      await on.pass(10_000)
      await one.settled()
      expect(events.at(-1)).toMatchObject({ event: 'disputeEnded', outcome: 'final' })
      expect(await requests()).toEqual([])
      expect(await balance(address)).toBe(BONDS * requestBond)
    })
  })

  it('never sends a proof against an honest claim, whatever its own replay says: it loses bonds and no more', async () => {
    const { round, posted: wrong } = await lie('consistent: gram')
    await play(round, round.honest, async (game) => {
      // The proof that it comes to fails in the simulation.
      const failed = Promise.withResolvers<void>()
      const metrics = { ...noMetrics, count: () => failed.resolve() }
      const finding: Withheld = { kind: 'withheld', what: 'evidence', own: wrong, replayed: true }
      const { watcher: one, events, address } = watcher(3, game, finding, { metrics })
      one.dispute(game.dispute)
      await failed.promise
      await on.pass(10_000)
      await one.settled()
      expect(events.filter(({ event }) => event === 'fraud')).toEqual([])
      expect(events.at(-1)).toMatchObject({ event: 'disputeEnded', outcome: 'final' })
      expect(await balance(address)).toBe((BONDS - BigInt((await requests()).length)) * requestBond)
    })
  })
})
