import { expect, it } from 'vitest'
import { Verdict } from '../../../src/protocol/index.ts'
import { REMEMBERED } from '../../../src/lab/attacks/index.ts'
import type { CoalitionAttack, CoalitionContext } from '../../../src/lab/attacks/index.ts'
import { coalitionOf } from '../../../src/lab/coalition.ts'
import type { Seat } from '../../../src/lab/cohort.ts'
import { tensorLayout } from '../../../src/training/index.ts'

const layout = tensorLayout([{ name: 'a', shape: [3] }])
const tensor = { length: 3, updateExponent: -2, modelExponent: -4, eta: 1, shift: 0 }
const spec = { tensors: [tensor] } as unknown as Parameters<typeof coalitionOf>[0]['spec']
const seat = (slot: number, attacker: boolean): Seat => ({
  member: slot,
  attacker,
  odd: false,
  joins: 1,
  slot,
  address: `0x${String(slot)}`,
  stake: 1n,
})
const vector = <T extends Int8Array | Int32Array>(empty: T, ...values: number[]): T => (empty.set(values), empty)
const update = (...values: number[]): Int8Array => vector(new Int8Array(layout.paddedLength), ...values)
const model = (...values: number[]): Int32Array => vector(new Int32Array(layout.paddedLength), ...values)

it('shows a coalition past rounds only, and its own updates of this one', () => {
  const seen: CoalitionContext[] = []
  const attack: CoalitionAttack = {
    name: 'watcher',
    description: 'looks',
    paper: '2026',
    parameters: { factor: { description: 'of its update', least: -4, most: 4, value: -1 } },
    conspire(context, { factor }) {
      // What the history says now is looked at now: later it has more rounds.
      seen.push({ ...context, history: { ...context.history } })
      return context.own.map((row) => row.map((value) => factor! * value))
    },
  }
  const coalition = coalitionOf({ attack, seed: 1, layout, spec, first: model(16, 0, 0) })
  // Slot 7 left before: seats need not begin at slot 0.
  const seats = [seat(3, false), seat(8, true)]
  const sent = coalition.poison(1, seats, [update(4, 8, 0), update(4, 0, 4)], model(16, 0, 0))
  expect(sent.map((row) => [...row.subarray(0, 3)])).toEqual([
    [4, 8, 0],
    [-4, 0, -4],
  ])
  expect(seen[0]!.history.length).toBe(0)
  expect(seen[0]!.history.ago(1)).toBeUndefined()
  expect(seen[0]!.own.map((row) => [...row.subarray(0, 3)])).toEqual([[1, 0, 1]])
  expect(seen[0]!.slots).toEqual([8])

  coalition.observe({
    round: 1,
    seats,
    updates: sent,
    rows: [{ verdict: Verdict.accepted }, { verdict: Verdict.rejected }],
    before: model(16, 0, 0),
    after: model(24, 0, 0),
  })
  coalition.poison(2, seats, [update(), update()], model(24, 0, 0))
  const { history } = seen[1]!
  const past = history.ago(1)!
  expect([history.first[0], history.model[0], past.step[0]]).toEqual([1, 1.5, 0.5])
  expect([...past.row(3)!.subarray(0, 3)]).toEqual([1, 2, 0])
  expect([past.verdict(3), past.verdict(8), past.verdict(5)]).toEqual([Verdict.accepted, Verdict.rejected, undefined])
  expect(past.row(5)).toBeUndefined()
})

it('remembers so many rounds and no more', () => {
  let known = 0
  const attack: CoalitionAttack = {
    name: 'counter',
    description: 'counts',
    paper: '2026',
    parameters: {},
    conspire({ history, own }) {
      known = history.length
      return [...own]
    },
  }
  const coalition = coalitionOf({ attack, seed: 1, layout, spec, first: model() })
  for (let round = 1; round <= REMEMBERED + 3; round++) {
    coalition.poison(round, [seat(0, true)], [update()], model())
    coalition.observe({
      round,
      seats: [seat(0, true)],
      updates: [update()],
      rows: [{ verdict: Verdict.accepted }],
      before: model(),
      after: model(),
    })
  }
  expect(known).toBe(REMEMBERED)
})
