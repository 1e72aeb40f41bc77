import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { membersFraud } from '../../src/judge/index.ts'
import type { OpenedRow } from '../../src/judge/index.ts'
import { SEARCH_UNITS } from '../../src/chain/index.ts'
import { courtUnits, viaSignature } from '../../src/protocol/index.ts'
import { createMemoryJournal } from '../../src/storage/index.ts'
import { FALSE_CLAIM, startJudgedChain } from '../support/judge/judged-chain.ts'
import { playCourt } from '../support/judge/court-game.ts'
import { replayOver, unseenRound } from '../support/judge/silent-operator.ts'
import type { TestChain } from './chain/harness.ts'
import { BONDS, courtPlay } from '../support/judge/court-play.ts'
import type { Withheld } from '../support/judge/court-play.ts'
import { unsigned } from '../support/judge/signed-round.ts'
/** What the operator lies about, by name in the demo, and how. */
const LIES: [fault: string, mutation: string][] = [
  ['aggregate', 'consistent: step'],
  ['gram', 'consistent: gram'],
  ['weights', 'consistent: weights'],
  ['ledger', 'ledger: reward'],
  ['model', 'model: leaf'],
  ['row', 'row: score'],
]

describe('a watcher against an operator that serves nothing and answers the court', () => {
  let on: TestChain
  let court: ReturnType<typeof courtPlay>

  beforeAll(async () => {
    on = await startJudgedChain()
    court = courtPlay(on)
  }, 120_000)

  afterAll(async () => on[Symbol.asyncDispose]())

  it.each(LIES)('has a lie about %s rejected by a proof from what the operator opened', async (_, mutation) => {
    const { round, posted, proof } = await court.lie(mutation)
    await court.play(round, posted, async (game) => {
      const { watcher: one, events, address } = court.watcher(3, game, court.withheld(round))
      one.dispute(game.dispute)
      await one.settled()
      expect(await court.status()).toBe('void')
      expect(events.find(({ event }) => event === 'fraud')).toMatchObject({ proof, operatorSlashed: FALSE_CLAIM })
      expect(events.at(-1)).toMatchObject({ event: 'disputeEnded', outcome: 'rejected' })
      // Bonds of unanswered requests came back; the rest went to the operator, which lost more.
      const asked = await court.requests()
      const answered = asked.filter((request) => request.status === 'answered')
      expect(asked.every((request) => ['answered', 'refunded'].includes(request.status))).toBe(true)
      const units = BigInt(answered.reduce((sum, { target }) => sum + courtUnits(target.kind, target.tree), 0))
      expect(await court.balance(address)).toBe((BONDS - units) * game.bond + FALSE_CLAIM / 5n)
      // Two such searches and every row are within SEARCH_UNITS, whose bonds the penalty covers.
      expect(2n * units + 128n).toBeLessThanOrEqual(SEARCH_UNITS)
    })
  })

  it('opens the rows of a round that it has neither seen nor can replay, and goes on from them', async () => {
    const { round, posted, proof } = await court.lie('consistent: weights')
    await court.play(round, posted, async (game) => {
      const unseen = unseenRound(round)
      const opened: OpenedRow[] = []
      const finding: Withheld = {
        kind: 'withheld',
        what: 'evidence',
        own: unseen.before,
        replayed: false,
        rowProof: async (rows) => membersFraud(rows, unsigned(round.known)),
        replayOver: async (rows) => replayOver(round, unseen, rows),
      }
      const { watcher: one, events } = court.watcher(3, game, finding, { onRow: (_, row) => opened.push(row) })
      one.dispute(game.dispute)
      await one.settled()
      expect(events.find(({ event }) => event === 'fraud')).toMatchObject({ proof })
      expect(opened.map(({ row }) => row.commitment)).toEqual(posted.rows.map(({ commitment }) => commitment))
      expect(opened.map(({ source }) => source)).toEqual(
        round.known.statements.commitments.map(({ signature }) => viaSignature(signature)),
      )
    })
  })

  it('goes on where a killed watcher stopped, and pays for nothing twice', async () => {
    const { round, posted, proof } = await court.lie('consistent: gram')
    await court.play(round, posted, async (game) => {
      const journal = createMemoryJournal()
      const killed = Promise.withResolvers<void>()
      const first = court.watcher(3, game, court.withheld(round), {
        onEvent: ({ event, kind }) => event === 'courtRequest' && kind === 1 && killed.resolve(),
        journal,
      })
      first.watcher.dispute(game.dispute)
      await killed.promise
      await first.watcher.stop()
      expect(await court.status()).toBe('posted')

      const second = court.watcher(3, game, court.withheld(round), { journal })
      await second.watcher.start()
      await second.watcher.settled()
      expect(second.events.find(({ event }) => event === 'fraud')).toMatchObject({ proof })
      expect(journal.entries('dispute/')).toEqual([])
      const asked = await court.requests()
      expect(new Set(asked.map(({ id }) => id)).size).toBe(asked.length)
      const { requests: needed } = await playCourt(posted, round.honest)
      expect(asked.length).toBeLessThanOrEqual(needed)
    })
  })

  it('shares what was opened with other watchers', async () => {
    const { round, posted, proof } = await court.lie('consistent: weights')
    await court.play(
      round,
      posted,
      async (game) => {
        const both = [3, 4].map((account) => court.watcher(account, game, court.withheld(round)))
        for (const { watcher: one } of both) one.dispute(game.dispute)
        await Promise.all(both.map(async ({ watcher: one }) => one.settled()))
        const events = both.flatMap((one) => one.events)
        expect(events.filter(({ event }) => event === 'fraud')).toMatchObject([{ proof }])
        const asked = await court.requests()
        expect(events.filter(({ event }) => event === 'courtRequest')).toHaveLength(asked.length)
        expect(events.filter(({ event }) => event === 'disputeEnded').map(({ outcome }) => outcome)).toEqual([
          'rejected',
          'rejected',
        ])
      },
      { accounts: [3, 4] },
    )
  })
})
