import type { AggregateResult } from '../aggregation/index.ts'
import type { TaskSpec } from '../protocol/index.ts'
import { createRandom, dequantiseModel, dequantiseUpdate, quantiseUpdate } from '../training/index.ts'
import type { Layout } from '../training/index.ts'
import type { OmniscientAttack } from './attacks/index.ts'
import type { Seat } from './cohort.ts'

export interface PoisonInput {
  attack: OmniscientAttack
  round: number
  seed: number
  searches: boolean
  layout: Layout
  /** Units of the rows that attackers send. */
  spec: Pick<TaskSpec, 'tensors'>
  /** Units of `updates`. */
  tensors: TaskSpec['tensors']
  seats: readonly Seat[]
  /** What everyone would send if all were honest. */
  updates: readonly Int8Array[]
  model: Int32Array
  /** Survives from round to round. */
  memory: Map<string, unknown>
  /** The outcome of the round if these were the updates. */
  rehearse(updates: readonly Int8Array[]): Pick<AggregateResult, 'rows' | 'model'>
}

/** The updates of the round after an attack that knows all of them. */
export function poison(input: PoisonInput): Int8Array[] {
  const { attack, round, seed, layout, spec, tensors, seats, updates, model, memory, searches } = input
  const hostile = seats.flatMap((seat, i) => (seat.attacker ? [i] : []))
  const quantise = (row: Float32Array, purpose: string, k: number): Int8Array =>
    quantiseUpdate(layout, spec.tensors, row, createRandom(seed, purpose, round, k)).update
  const withPoison = (rows: readonly Int8Array[]): Int8Array[] => updates.map((update, i) => rows[hostile.indexOf(i)] ?? update)
  const floats = updates.map((update) => dequantiseUpdate(layout, tensors, update))
  const crafted = attack.craft({
    round,
    layout,
    random: createRandom(seed, 'attack', round),
    honest: floats.filter((_, i) => !seats[i]!.attacker),
    own: hostile.map((i) => floats[i]!),
    memory,
    searches,
    judge(rows) {
      // A row that several attackers share is rounded once: a rehearsal is about its direction and length.
      const rounded = new Map<Float32Array, Int8Array>()
      rows.forEach((row, k) => rounded.has(row) || rounded.set(row, quantise(row, 'rehearsal', k)))
      const judged = input.rehearse(withPoison(rows.map((row) => rounded.get(row)!)))
      const moved = new Int32Array(model.length)
      for (let k = 0; k < moved.length; k++) moved[k] = judged.model[k]! - model[k]!
      return {
        step: dequantiseModel(layout, spec.tensors, moved),
        verdicts: hostile.map((i) => judged.rows[i]!.verdict),
        weights: hostile.map((i) => judged.rows[i]!.beta),
      }
    },
  })
  return withPoison(crafted.map((row, k) => quantise(row, 'poison', k)))
}
