import { admitRows, judgeRows, updateLedger } from '../../aggregation/index.ts'
import type { AggregateRow, Gram } from '../../aggregation/index.ts'
import { Verdict } from '../../protocol/index.ts'
import type { Ledger } from '../../protocol/index.ts'
import { createRandom, tensorLayout } from '../../training/index.ts'
import { REMEMBERED, valuesOf } from '../attacks/index.ts'
import type { CoalitionAttack, PublicRound } from '../attacks/index.ts'
import { dot } from '../attacks/vectors.ts'
import type { CellResult } from '../cell-result.ts'
import { treatmentTally } from '../treatment.ts'
import { DIMENSIONS, rowHash } from './record-run.ts'
import type { RecordedRound, RecordedRun } from './record-run.ts'

/** Mean square of what rounding to int8 adds to a value: a fraction f goes up with chance f, which adds f (1 − f). */
const ROUNDING = 1 / 6

/** How a recorded run would have gone for everybody, but for what its model would have become. */
export type PlayedRun = Pick<CellResult, 'honest' | 'attackers' | 'members' | 'odd' | 'verdicts'>

/**
 * Lets the last members of a recorded run attack: their rows are what the coalition sends, those of the others are as they were recorded. The real rule, evidence and ledger judge them. What the attack would have
 * made of the model, and thereby of later honest rows, is not played. A thousandth of the work of training.
 *
 * @param attack undefined: nobody attacks
 * @param strikes each round is the first that the coalition attacks in: the history, the ledger and the model are those of honest rounds, so that what is played is exactly what would happen
 * @example const { verdicts } = playRecorded(run, tuned(framing, { push: 1.5 }))
 */
export function playRecorded(
  { cell, spec, seats: recorded, rounds }: RecordedRun,
  attack: CoalitionAttack | undefined,
  { strikes = false }: { strikes?: boolean } = {},
): PlayedRun {
  const seats = recorded.map((seat, i) => ({ ...seat, attacker: attack !== undefined && i >= recorded.length - cell.byzantine }))
  const hostile = seats.flatMap(({ attacker }, i) => (attacker ? [i] : []))
  const slots = seats.map(({ slot }) => slot)
  const layout = tensorLayout([{ name: 'coordinates', shape: [DIMENSIONS] }])
  const parameters = spec.tensors.reduce((sum, { length }) => sum + length, 0)
  const tally = treatmentTally(seats)
  const memory = new Map<string, unknown>()
  const past: PublicRound[] = []
  const model = new Float32Array(DIMENSIONS)
  const first = new Float32Array(DIMENSIONS)
  let ledger: Ledger = new Map()
  for (const [index, { rows: honest, reference, step, gram: known }] of rounds.entries()) {
    const round = index + 1
    const sent =
      attack?.conspire(
        {
          round,
          layout,
          random: createRandom(cell.seed, 'coalition', round),
          own: hostile.map((i) => (attack.idle ? new Float32Array(DIMENSIONS) : honest[i]!)),
          slots: hostile.map((i) => slots[i]!),
          memory,
          history: { first, model, length: past.length, ago: (rounds) => past.at(-rounds) },
        },
        valuesOf(attack),
      ) ?? []
    const vectors = honest.map((row, i) => sent[hostile.indexOf(i)] ?? row)
    const rows = seats.map(({ address, slot, stake }, i): AggregateRow<number> => {
      return { member: address, slot, weight: stake, updateRoot: rowHash(round, slot), update: i }
    })
    const input = { spec, round: BigInt(round), model: NONE, reference: NO_ROW, ledger, rows }
    const admission = admitRows(input, () => undefined)
    const places = admission.flatMap(({ verdict }, i) => (verdict === Verdict.accepted ? [i] : []))
    const gram = gramOf(known, [...vectors, reference], [...places, honest.length], hostile)
    places.forEach((i, k) => {
      if (hostile.includes(i)) gram.matrix[k * gram.size + k]! += Math.round(parameters * ROUNDING)
    })
    const judged = judgeRows(input, admission, gram)
    const after = updateLedger(
      ledger,
      judged.rows.map((row, i) => ({ ...rows[i]!, ...row })),
      input,
    ).ledger
    tally.add({ rows: judged.rows, ledger: after }, ledger, seats, BigInt(round))
    if (!strikes) ledger = after
    const revealed = strikes ? honest : vectors
    past.push({
      round,
      slots,
      row: (slot) => revealed[slots.indexOf(slot)],
      verdict: (slot) => (strikes ? Verdict.accepted : judged.rows[slots.indexOf(slot)]?.verdict),
      step,
    })
    if (past.length > REMEMBERED) past.shift()
    for (let k = 0; k < DIMENSIONS; k++) model[k]! += step[k]!
  }
  return tally.result()
}

/** The rule sees inner products only. */
const NONE = new Int32Array(0)
const NO_ROW = new Int8Array(0)

/** Inner products of the rows at `places`: those that were recorded, and new ones of rows that attackers sent. */
function gramOf(
  known: RecordedRound['gram'],
  vectors: readonly Float32Array[],
  places: readonly number[],
  hostile: readonly number[],
): Gram {
  const size = places.length
  const matrix = new Float64Array(size * size)
  for (const [a, i] of places.entries())
    for (const [b, j] of places.slice(0, a + 1).entries()) {
      const changed = hostile.includes(i) || hostile.includes(j)
      const value = changed ? Math.round(dot(vectors[i]!, vectors[j]!)) : known.matrix[i * known.size + j]!
      matrix[a * size + b] = matrix[b * size + a] = value
    }
  return { size, matrix, segments: 0, partials: new Int32Array(0) }
}
