import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { noMetrics, silentLogger } from '../../src/core/index.ts'
import { Rounds } from '../../src/node/index.ts'
import type { RoundEvent, RoundState } from '../../src/protocol/index.ts'
import { createMemoryJournal, openJournal } from '../../src/storage/index.ts'
import type { Journal } from '../../src/storage/index.ts'
import fc from '../support/fast-check.ts'
import { PLAN, roundEvent } from '../support/node/round-events.ts'

/** What a node is told: an event, or a block some seconds later, part of them paused. */
type Told = { event: RoundEvent } | { seconds: number; paused: number }

const told: fc.Arbitrary<Told> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ event: roundEvent }) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.integer({ min: -10, max: 40 }), fc.constantFrom(0, 0, 0, 0.5, 1))
      .map(([seconds, share]) => ({ seconds, paused: Math.floor(seconds * share) })),
  },
)

/** A process with a clock and rounds over a journal. */
class Process {
  readonly #clock: { now: number; paused: number }
  readonly rounds: Rounds

  constructor(journal: ConstructorParameters<typeof Rounds>[0]['journal'], clock = { now: PLAN.openedAt, paused: 0 }) {
    this.#clock = clock
    this.rounds = new Rounds({ journal, logger: silentLogger, metrics: noMetrics })
    this.rounds.open({ ...PLAN, paused: clock.paused })
    this.#tick()
  }

  tell(one: Told): void {
    if ('event' in one) {
      this.rounds.dispatch(1n, one.event)
      // After a reorganisation the time is told again, as `ChainFeed` does.
      if (one.event.type === 'chain') this.#tick()
      return
    }
    this.#clock.now += one.seconds
    this.#clock.paused += one.paused
    this.#tick()
  }

  get state(): RoundState {
    return this.rounds.state(1n)!
  }

  get clock(): { now: number; paused: number } {
    return { ...this.#clock }
  }

  #tick(): void {
    this.rounds.tick(this.#clock.now, new Map([[1n, this.#clock.paused]]))
  }
}

it('a process that is killed after any event comes back to the same round, and ends like one that was not', () => {
  const folder = mkdtempSync(join(tmpdir(), 'quorate-rounds-'))
  let run = 0
  fc.assert(
    fc.property(fc.array(told, { maxLength: 24 }), fc.array(fc.nat(23), { maxLength: 3 }), (story, cuts) => {
      const whole = new Process(createMemoryJournal())
      const place = join(folder, `${run++}`)
      let journal = openJournal(place)
      let current = new Process(journal)
      story.forEach((one, index) => {
        whole.tell(one)
        current.tell(one)
        if (!cuts.includes(index)) return
        journal.close()
        journal = openJournal(place)
        const again = new Process(journal, current.clock)
        expect(again.state).toEqual(current.state)
        current = again
      })
      expect(current.state).toEqual(whole.state)
      journal.close()
    }),
    { numRuns: 60 },
  )
  rmSync(folder, { recursive: true })
})

it('a process that is killed in the middle of an event comes back before it or after it', () => {
  fc.assert(
    fc.property(fc.array(told, { maxLength: 24 }), roundEvent, fc.nat(3), (story, last, writes) => {
      const journal = createMemoryJournal()
      const before = new Process(journal)
      for (const one of story) before.tell(one)
      const dying = new Process(killedAfter(journal, writes), before.clock)
      const heard: RoundState[] = []
      dying.rounds.onChange((state) => heard.push(state))
      let killed = false
      try {
        dying.rounds.dispatch(1n, last)
      } catch {
        killed = true
      }
      // Nobody hears of a state that is not in the journal.
      if (killed) expect(heard).toEqual([])
      const after = new Process(journal, before.clock)
      if (killed) expect(after.state).toEqual(before.state)
      else {
        before.tell({ event: last })
        expect(after.state).toEqual(before.state)
      }
    }),
    { numRuns: 300 },
  )
})

/** The journal of a process that dies at a write. */
function killedAfter(journal: Journal, writes: number): ConstructorParameters<typeof Rounds>[0]['journal'] {
  let left = writes
  return {
    append(...event) {
      if (left-- === 0) throw new Error('killed')
      return journal.append(...event)
    },
    events: (round) => journal.events(round),
    prune: (round) => journal.prune(round),
    transaction: (body) => journal.transaction(body),
    lazily: (body) => journal.lazily(body),
  }
}

it('a machine that loses its power keeps what binds the node, and all that came before it', () => {
  const binding = ['trained', 'receipt', 'list', 'built', 'void', 'foreign']
  fc.assert(
    fc.property(fc.array(told, { maxLength: 24 }), (story) => {
      const journal = createMemoryJournal()
      /** Events on the disk: those of the last flush and before. */
      let flushed = 0
      const node = new Process({
        append: (...event) => journal.append(...event),
        events: (round) => journal.events(round),
        prune: (round) => journal.prune(round),
        lazily: (body) => journal.lazily(body),
        transaction(body) {
          const result = journal.transaction(body)
          flushed = journal.events(1n).length
          return result
        },
      })
      for (const one of story) node.tell(one)
      const kinds = journal.events(1n).map(({ kind }) => kind)
      expect(kinds.slice(flushed).filter((kind) => binding.includes(kind))).toEqual([])
      // Others are not flushed by themselves.
      if (!kinds.some((kind) => binding.includes(kind))) expect(flushed).toBe(0)
    }),
    { numRuns: 300 },
  )
})
