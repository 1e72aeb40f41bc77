import { aggregateRound, computeGram } from '../../aggregation/index.ts'
import type { Gram } from '../../aggregation/index.ts'
import { keccak, paddedLength, SEGMENT, toHex } from '../../protocol/index.ts'
import type { Hash, Ledger, TaskSpec } from '../../protocol/index.ts'
import { genesisModel, longestUpdate, modelByName } from '../../training/index.ts'
import type { LabParts } from '../cell-result.ts'
import { cohortOf } from '../cohort.ts'
import type { Seat } from '../cohort.ts'
import type { Cell, LabSettings } from '../grid.ts'
import { lastNorm } from '../last-norm.ts'
import { specOf } from '../task-of.ts'
import { trainEveryone } from '../train-everyone.ts'
import type { Carried } from '../train-everyone.ts'
import { embedVectors } from './embed-vectors.ts'

/** A round of a recorded run, with vectors of few coordinates in place of updates: all lengths and angles are those of the updates. */
export interface RecordedRound {
  /** By seat, in units of the int8 update. */
  rows: Float32Array[]
  /** The public row that the rule looked at. */
  reference: Float32Array
  /** What the round moved the model by, in the units of rows. */
  step: Float32Array
  /** Inner products of rows and public row, exact. */
  gram: Pick<Gram, 'size' | 'matrix'>
}

/** What honest members sent, round after round, while nobody attacked. */
export interface RecordedRun {
  cell: Cell
  spec: TaskSpec
  seats: Seat[]
  rounds: RecordedRound[]
}

/** Coordinates of a kept vector: one segment, so that attacks find room for their noise. */
export const DIMENSIONS = SEGMENT

/** The public row holds eight times the step (docs/aggregation.md §9). */
const STEPS = 8

/**
 * Runs a cell without an attack and keeps every row. The last `byzantine` members train like the others; `playRecorded` lets them attack.
 *
 * @example const run = await recordRun({ ...cell, attack: 'none' }, settings, parts)
 */
export async function recordRun(cell: Cell, settings: LabSettings, parts: LabParts): Promise<RecordedRun> {
  const { kernels, signal } = parts
  const cohort = cohortOf(cell, settings, parts)
  const { seats, task } = cohort
  const spec = specOf(cell, settings, parts, task)
  let model = genesisModel(modelByName(settings.model), spec.tensors, cell.seed)
  let reference: Int8Array = new Int8Array(paddedLength(spec))
  let ledger: Ledger = new Map()
  let carried = new Map<number, Carried>()
  let medianNorm: number | undefined
  const kept: { updates: Int8Array[]; before: Int8Array; after: Int8Array }[] = []
  for (let round = 1; round <= settings.rounds; round++) {
    const maxNorm = settings.clip ? longestUpdate(medianNorm) : undefined
    const trained = await trainEveryone(cohort, seats, { model, carried }, { round, idle: () => false, maxNorm, signal })
    const rows = seats.map(({ address, slot, stake }, i) => {
      const update = trained.updates[i]!
      return { member: address, slot, weight: stake, updateRoot: rowHash(round, slot), update }
    })
    const result = aggregateRound({ spec, round: BigInt(round), kernels, model, reference, ledger, rows })
    kept.push({ updates: trained.updates, before: reference, after: result.reference! })
    const stakes = seats.map(({ stake }) => stake)
    medianNorm = lastNorm(result, stakes) ?? medianNorm
    ;({ model, ledger } = result)
    reference = result.reference!
    carried = trained.carried
  }
  // The public row of a round is that after the one before it.
  const vectors = embedVectors(
    kernels,
    kept.flatMap(({ updates, after }) => [...updates, after]),
    DIMENSIONS,
  )
  const width = seats.length + 1
  const rounds = kept.map(({ updates, before }, r): RecordedRound => {
    const after = vectors[r * width + seats.length]!
    return {
      rows: vectors.slice(r * width, r * width + seats.length),
      reference: r === 0 ? new Float32Array(DIMENSIONS) : vectors[r * width - 1]!,
      step: after.map((value) => value / STEPS),
      gram: computeGram(kernels, [...updates, before]),
    }
  })
  return { cell, spec, seats, rounds }
}

/** Stands for the hash of a row's content, which only settles ties. */
export function rowHash(round: number, slot: number): Hash {
  return toHex(keccak(Uint8Array.of(round & 255, round >> 8, slot)))
}
