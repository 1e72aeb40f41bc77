import type { AggregatedRow } from '../aggregation/index.ts'
import type { TaskSpec } from '../protocol/index.ts'
import { createRandom, dequantiseModel, dequantiseUpdate, quantiseUpdate } from '../training/index.ts'
import type { Layout } from '../training/index.ts'
import { REMEMBERED, valuesOf } from './attacks/index.ts'
import type { CoalitionAttack, PublicRound } from './attacks/index.ts'
import type { Seat } from './cohort.ts'

/** What of a round is public after reveal. */
export interface Revealed {
  round: number
  seats: readonly Seat[]
  /** What each seat sent. */
  updates: readonly Int8Array[]
  rows: readonly Pick<AggregatedRow, 'verdict'>[]
  /** Models before and after, int32[D]. */
  before: Int32Array
  after: Int32Array
}

export interface Coalition {
  /** The updates of a round, those of attackers replaced. */
  poison(round: number, seats: readonly Seat[], updates: readonly Int8Array[], model: Int32Array): Int8Array[]
  /** Takes in what became public. */
  observe(revealed: Revealed): void
}

interface CoalitionOptions {
  attack: CoalitionAttack
  seed: number
  layout: Layout
  /** Units of rows as others see them, and of those that attackers send. */
  spec: Pick<TaskSpec, 'tensors'>
  /** Units of the attackers' own trainings; those of rows if left out. */
  own?: TaskSpec['tensors']
  /** The first model, int32[D]. */
  first: Int32Array
}

/**
 * The attackers of one run in concert. They see a round only after it was revealed.
 *
 * @example const coalition = coalitionOf({ attack: framing, seed, layout, spec, first })
 */
export function coalitionOf({ attack, seed, layout, spec, own = spec.tensors, first }: CoalitionOptions): Coalition {
  const past: PublicRound[] = []
  const memory = new Map<string, unknown>()
  const values = valuesOf(attack)
  const inFloats = (update: Int8Array): Float32Array => dequantiseUpdate(layout, spec.tensors, update)
  return {
    poison(round, seats, updates, model) {
      const hostile = seats.flatMap((seat, i) => (seat.attacker ? [i] : []))
      const crafted = attack.conspire(
        {
          round,
          layout,
          random: createRandom(seed, 'coalition', round),
          own: hostile.map((i) => dequantiseUpdate(layout, own, updates[i]!)),
          slots: hostile.map((i) => seats[i]!.slot),
          memory,
          history: {
            first: dequantiseModel(layout, spec.tensors, first),
            model: dequantiseModel(layout, spec.tensors, model),
            length: past.length,
            ago: (rounds) => past.at(-rounds),
          },
        },
        values,
      )
      const sent = crafted.map(
        (row, k) => quantiseUpdate(layout, spec.tensors, row, createRandom(seed, 'poison', round, k)).update,
      )
      return updates.map((update, i) => sent[hostile.indexOf(i)] ?? update)
    },
    observe({ round, seats, updates, rows, before, after }) {
      const slots = seats.map(({ slot }) => slot)
      const moved = after.map((value, k) => value - before[k]!)
      past.push({
        round,
        slots,
        row(slot) {
          const update = updates[slots.indexOf(slot)]
          return update && inFloats(update)
        },
        verdict: (slot) => rows[slots.indexOf(slot)]?.verdict,
        step: dequantiseModel(layout, spec.tensors, moved),
      })
      if (past.length > REMEMBERED) past.shift()
    },
  }
}
