import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { answerRequest, readCourt } from '../../src/chain/index.ts'
import { noMetrics } from '../../src/core/index.ts'
import { buildAnswer } from '../../src/judge/index.ts'
import type { ClaimParts } from '../../src/judge/index.ts'
import type { AnyEvent } from '../support/events.ts'
import { claimHash, Verdict } from '../../src/protocol/index.ts'
import { FALSE_CLAIM, startJudgedChain } from '../support/judge/judged-chain.ts'
import { genesisOf, TASK } from '../support/judge/random-round.ts'
import { heldByNobody, recordedRound, replayOver, unseenRound } from '../support/judge/silent-operator.ts'
import type { RecordedRound } from '../support/judge/silent-operator.ts'
import { hotSender } from './chain/harness.ts'
import type { TestChain } from './chain/harness.ts'
import { BONDS, courtPlay } from '../support/judge/court-play.ts'
import type { Withheld } from '../support/judge/court-play.ts'
import { unsigned } from '../support/judge/signed-round.ts'

describe('a watcher that asks the court', () => {
  let on: TestChain
  let court: ReturnType<typeof courtPlay>

  beforeAll(async () => {
    on = await startJudgedChain()
    court = courtPlay(on)
  }, 120_000)

  afterAll(async () => on[Symbol.asyncDispose]())

  /** A claim with something where no honest one has anything. */
  async function beyondProofs(where: string): Promise<{ round: RecordedRound; posted: ClaimParts }> {
    for (let seed = 1; ; seed++) {
      const round = await recordedRound(seed, court.domain())
      const { honest } = round
      if (honest.reference) continue
      if (where !== 'past the last chunk') return { round, posted: { ...honest, reference: honest.model } }
      // Three segments, and a leaf in the fourth.
      const spec = { ...honest.spec, tensors: [{ ...honest.spec.tensors[0]!, length: 70 * 256 }] }
      const three = <T>(list: readonly T[]): T[] => Array.from({ length: 96 }, (_, i) => list[i % list.length]!)
      const genesis = claimHash(TASK, 0n, genesisOf(spec))
      const parent = { ...honest.parent, claim: { ...honest.parent.claim, parent: genesis } }
      const wide = { ...honest, spec, parent, model: three(honest.model), transition: three(honest.transition) }
      return { round: { ...round, honest: wide }, posted: { ...wide, model: [...wide.model, new Uint8Array(32).fill(1)] } }
    }
  }

  it('replays over other rows than it saw where nothing is wrong with them by themselves', async () => {
    // Members said that they do not hold a row which the watcher holds, and then a reward is wrong.
    let seed = 1
    const counts = ({ honest }: RecordedRound): number => honest.rows.filter(({ verdict }) => verdict >= Verdict.accepted).length
    let round = await recordedRound(seed, court.domain())
    while (counts(round) < 3) round = await recordedRound(++seed, court.domain())
    const first = round.honest.rows.findIndex(({ verdict }) => verdict >= Verdict.accepted)
    const posted = await heldByNobody(round, first, court.domain())
    const wrong = { ...posted.honest, ledger: new Map(posted.honest.ledger) }
    const row = wrong.rows.find(({ verdict }) => verdict >= Verdict.accepted)!
    const leaf = wrong.ledger.get(row.slot)!
    wrong.ledger.set(row.slot, { ...leaf, reward: leaf.reward + 1n })
    await court.play(posted, wrong, async (game) => {
      const unseen = unseenRound(round)
      const known = court.withheld({ honest: round.honest, known: unsigned(round.known) })
      const finding: Withheld = { ...known, replayOver: async (rows) => replayOver(round, unseen, rows) }
      const { watcher: one, events } = court.watcher(3, game, finding)
      one.dispute(game.dispute)
      await one.settled()
      expect(events.find(({ event }) => event === 'fraud')).toMatchObject({ proof: 'proveLedger' })
    })
  })

  it.each(['past the last chunk', 'a reference in a task without'])('%s: the court takes no answer', async (where) => {
    const { round, posted } = await beyondProofs(where)
    await court.play(
      round,
      posted,
      async (game) => {
        const refused = Promise.withResolvers<unknown>()
        const answer = async (): Promise<void> => {
          for (const { status: state, target } of await court.requests()) {
            if (state !== 'open') continue
            const built = buildAnswer(posted, target, () => undefined)!
            await answerRequest(hotSender(on, 1), { court: on.deployment.court, answer: built })
          }
        }
        const onEvent = ({ event }: AnyEvent): void => {
          if (event === 'courtRequest') answer().catch(refused.resolve)
        }
        const { watcher: one, events } = court.watcher(3, game, court.withheld(round), { onEvent })
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
    const round = await recordedRound(5, court.domain())
    await court.play(round, { ...round.honest, evidence: `0x${'77'.repeat(32)}` }, async (game) => {
      const told = Promise.withResolvers<void>()
      const {
        watcher: one,
        events,
        address,
      } = court.watcher(3, game, court.withheld(round), {
        onEvent: ({ reason }) => String(reason).includes('only its evidence') && told.resolve(),
      })
      one.dispute(game.dispute)
      await told.promise
      await on.pass(10_000)
      await one.settled()
      expect(events.at(-1)).toMatchObject({ event: 'disputeEnded', outcome: 'final' })
      expect(await court.requests()).toEqual([])
      expect(await court.balance(address)).toBe(BONDS * game.bond)
    })
  })

  it('never sends a proof against an honest claim, whatever its own replay says: it loses bonds and no more', async () => {
    const { round, posted: wrong } = await court.lie('consistent: gram')
    await court.play(round, round.honest, async (game) => {
      // The proof that it comes to fails in the simulation.
      const failed = Promise.withResolvers<void>()
      const metrics = { ...noMetrics, count: () => failed.resolve() }
      const rowProof = async (): Promise<undefined> => undefined
      const finding: Withheld = { kind: 'withheld', what: 'evidence', own: wrong, replayed: true, rowProof }
      const { watcher: one, events, address } = court.watcher(3, game, finding, { metrics })
      one.dispute(game.dispute)
      await failed.promise
      await on.pass(10_000)
      await one.settled()
      expect(events.filter(({ event }) => event === 'fraud')).toEqual([])
      expect(events.at(-1)).toMatchObject({ event: 'disputeEnded', outcome: 'final' })
      expect(await court.balance(address)).toBe((BONDS - (await court.unitsAsked())) * game.bond)
    })
  })
})
