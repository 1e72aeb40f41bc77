import { describe, expect, it } from 'vitest'
import { noMetrics, silentLogger } from '../../../../src/core/index.ts'
import { Rounds } from '../../../../src/node/index.ts'
import { commitmentsHash, phaseOf } from '../../../../src/protocol/index.ts'
import type { RoundEvent } from '../../../../src/protocol/index.ts'
import { createMemoryJournal } from '../../../../src/storage/index.ts'
import type { Journal } from '../../../../src/storage/index.ts'
import { hash, PLAN } from '../../../support/node/round-events.ts'

const trained: RoundEvent = { type: 'trained', updateRoot: hash(1), salt: hash(2) }
const typesIn = (journal: Journal, round: bigint): string[] => journal.events(round).map(({ kind }) => kind)

function roundsOver(journal: Journal): { rounds: Rounds; heard: bigint[] } {
  const rounds = new Rounds({ journal, logger: silentLogger, metrics: noMetrics })
  const heard: bigint[] = []
  rounds.onChange(({ plan }) => heard.push(plan.round))
  return { rounds, heard }
}

describe('rounds', () => {
  /** Seconds after which no claim of a round can be disputed, however late it was posted. */
  const LONG = PLAN.openedAt + Object.values(PLAN.windows).reduce((sum, seconds) => sum + seconds, 0)

  it('keep the open round and four before it in memory, and 64 in the journal', () => {
    const journal = createMemoryJournal()
    const { rounds } = roundsOver(journal)
    for (let round = 1n; round <= 70n; round++) {
      rounds.open({ ...PLAN, round })
      rounds.dispatch(round, trained)
      rounds.tick(LONG + Number(round))
    }
    expect(rounds.states().map(({ plan }) => plan.round)).toEqual([66n, 67n, 68n, 69n, 70n])
    expect(journal.rounds()).toEqual(Array.from({ length: 65 }, (_, i) => BigInt(i + 6)))
    expect(rounds.latest?.plan.round).toBe(70n)
    expect(rounds.state(65n)).toBeUndefined()
  })

  it('keep every round whose claim may be disputed, however many numbers were burned since', () => {
    const journal = createMemoryJournal()
    const { rounds } = roundsOver(journal)
    for (let round = 1n; round <= 9n; round++) rounds.open({ ...PLAN, round })
    rounds.dispatch(1n, trained)
    rounds.open({ ...PLAN, round: 10n })
    expect(rounds.state(1n)?.own).toBeDefined()
    expect(journal.rounds()).toContain(1n)
  })

  it('do not keep the rounds of claims that a quorum made final, however long their challenge lasts', () => {
    const journal = createMemoryJournal()
    const { rounds } = roundsOver(journal)
    const plan = { ...PLAN, windows: { ...PLAN.windows, challenge: 1_000_000 } }
    for (let round = 1n; round <= 500n; round++) {
      rounds.open({ ...plan, round })
      rounds.dispatch(round, trained)
      rounds.tick(LONG + Number(round))
      // As nodes do it when 48 of the ring's 64 places are taken.
      if (round % 48n === 0n) rounds.settle(round - 1n)
    }
    expect(rounds.states().map(({ plan: { round } }) => round)).toEqual(Array.from({ length: 21 }, (_, i) => BigInt(480 + i)))
    expect(journal.rounds()).toEqual(Array.from({ length: 65 }, (_, i) => BigInt(436 + i)))
  })

  it('are opened once: a second plan of a round that is known changes nothing', () => {
    const { rounds, heard } = roundsOver(createMemoryJournal())
    const first = rounds.open(PLAN)
    expect(rounds.open({ ...PLAN, base: hash(9) })).toBe(first)
    expect(heard).toEqual([1n])
  })

  it('leave out of journal and listeners what changes nothing, and events of unknown rounds', () => {
    const journal = createMemoryJournal()
    const { rounds, heard } = roundsOver(journal)
    rounds.open(PLAN)
    rounds.dispatch(1n, trained)
    rounds.dispatch(1n, trained)
    rounds.dispatch(1n, { ...trained, updateRoot: hash(3) })
    rounds.dispatch(2n, trained)
    expect(typesIn(journal, 1n)).toEqual(['tick', 'trained'])
    expect(journal.rounds()).toEqual([1n])
    expect(heard).toEqual([1n, 1n])
  })

  it('journal the time only where an event is stamped with it or it moves the round', () => {
    const journal = createMemoryJournal()
    const { rounds } = roundsOver(journal)
    rounds.open(PLAN)
    for (let now = 1001; now < 1050; now++) rounds.tick(now)
    expect(typesIn(journal, 1n)).toEqual([])
    const digest = commitmentsHash([])
    rounds.dispatch(1n, { type: 'sealed', digest, count: 0, sealedAt: 1049 })
    rounds.dispatch(1n, { type: 'seal', rows: [] })
    rounds.dispatch(1n, trained)
    expect(journal.events<RoundEvent>(1n).map(({ payload }) => payload)).toMatchObject([
      { type: 'tick', now: 1049 },
      { type: 'sealed' },
      { type: 'seal' },
      { type: 'trained' },
    ])
    expect(rounds.state(1n)?.seal?.sealedAt).toBe(1049)
  })

  it('keep the receipts of every claim that may be disputed over a restart, and forget them afterwards', () => {
    const journal = createMemoryJournal()
    const { rounds } = roundsOver(journal)
    const receipt: RoundEvent = {
      type: 'receipt',
      member: PLAN.members[0]!.member,
      commitment: hash(1),
      operatorKey: PLAN.operatorKey,
      signature: '0x11',
    }
    rounds.open(PLAN)
    rounds.dispatch(1n, receipt)
    for (let round = 2n; round <= 9n; round++) rounds.open({ ...PLAN, round })
    const again = roundsOver(journal).rounds
    again.tick(LONG - 1)
    for (const round of [1n, 9n]) again.open({ ...PLAN, round })
    expect(again.state(1n)?.receipts.size).toBe(1)
    const late = roundsOver(journal).rounds
    late.tick(LONG)
    late.open({ ...PLAN, round: 99n })
    expect(journal.rounds()).toEqual([])
  })

  it('forget nothing that was said in a round which the chain undid', () => {
    const journal = createMemoryJournal()
    const { rounds } = roundsOver(journal)
    for (const round of [1n, 2n, 3n]) {
      rounds.open({ ...PLAN, round })
      rounds.dispatch(round, trained)
    }
    rounds.close(2n)
    expect(rounds.states().map(({ plan }) => plan.round)).toEqual([1n, 3n])
    expect(rounds.open({ ...PLAN, round: 2n, openedAt: 1010, base: hash(8) })).toMatchObject({
      own: { updateRoot: hash(1), salt: hash(2) },
      plan: { base: hash(8) },
    })
  })

  it('stand still in a pause', () => {
    const { rounds } = roundsOver(createMemoryJournal())
    rounds.open(PLAN)
    rounds.tick(1100, new Map([[1n, 70]]))
    expect(rounds.state(1n)).toMatchObject({ now: 1030, plan: { paused: 70 } })
    // A block that was told without its pauses is counted with those that are known.
    rounds.tick(1110)
    expect(rounds.state(1n)?.now).toBe(1040)
    // Blocks were undone, and the pause with them.
    rounds.tick(1105, new Map([[1n, 0]]))
    expect(rounds.state(1n)?.now).toBe(1105)
  })

  it('opened late have the time of the last block, and the pauses of their plan', () => {
    const { rounds } = roundsOver(createMemoryJournal())
    rounds.tick(1100)
    expect(rounds.open({ ...PLAN, paused: 20 }).now).toBe(1080)
  })

  it('take nothing once they ended', () => {
    const journal = createMemoryJournal()
    const { rounds, heard } = roundsOver(journal)
    const state = rounds.open(PLAN)
    rounds.end()
    rounds.dispatch(1n, trained)
    expect([rounds.state(1n), phaseOf(state), heard, journal.rounds()]).toEqual([state, 'commit', [1n], []])
  })

  it('tell nobody who left', () => {
    const { rounds } = roundsOver(createMemoryJournal())
    const heard: bigint[] = []
    const leave = rounds.onChange(({ plan }) => heard.push(plan.round))
    rounds.open(PLAN)
    leave()
    rounds.dispatch(1n, trained)
    expect(heard).toEqual([1n])
  })
})
