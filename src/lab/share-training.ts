import { canonicalJson } from '../protocol/index.ts'
import { parsePartition } from '../training/index.ts'
import type { TrainInput, TrainResult, Trainer } from '../training/index.ts'
import type { Cell, LabSettings } from './grid.ts'

/** Rounds that are kept. Attackers that begin honestly make the model of the first rounds the same; later models differ and would only fill memory. */
const KEPT_ROUNDS = 4
/** Trainings that are kept, the latest ones: several seeds of the first rounds of a grid. */
const KEPT = 160
/** Trainers that are kept, the latest ones; each holds a copy of its samples. */
const KEPT_TRAINERS = 48

/** Honest trainers and trainings of earlier cells of one thread. */
export interface SharedTraining {
  /** The trainer of an earlier cell with this identity, or a new one. It gives what an equal training gave before. */
  trainer(identity: string, create: () => Trainer): Trainer
  /** How many trainings were done, and how many were found. */
  counts: { trained: number; found: number }
}

/**
 * Trains once where several cells would train alike. Training is a pure function of the member's data and settings, the model, what the member carries from its
 * last training, and the round. All of them are compared, so that a cell gives the same bits with and without sharing: round 1 is shared by all attacks and
 * rules of a seed, later rounds as long as the models are equal.
 *
 * @example const parts = { ...others, shared: createSharedTraining() }
 */
export function createSharedTraining(): SharedTraining {
  const kept: Kept[] = []
  const trainers = new Map<string, Trainer>()
  const counts = { trained: 0, found: 0 }
  const sharing = (identity: string, trainer: Trainer): Trainer => ({
    ...trainer,
    async train(input) {
      if (input.step > KEPT_ROUNDS) return trainer.train(input)
      const place = kept.findLastIndex((known) => known.identity === identity && isSame(known.input, input))
      if (place >= 0) counts.found++
      else counts.trained++
      const known = place >= 0 ? kept.splice(place, 1)[0]! : { identity, input, result: await trainer.train(input) }
      // Last is the latest.
      kept.push(known)
      if (kept.length > KEPT) kept.shift()
      return known.result
    },
  })
  return {
    counts,
    trainer(identity, create) {
      const trainer = trainers.get(identity) ?? sharing(identity, create())
      trainers.delete(identity)
      trainers.set(identity, trainer)
      if (trainers.size > KEPT_TRAINERS) trainers.delete(trainers.keys().next().value!)
      return trainer
    },
  }
}

/** A training that was done. */
interface Kept {
  identity: string
  input: TrainInput
  result: TrainResult
}

function isSame(a: TrainInput, b: TrainInput): boolean {
  return (
    a.step === b.step &&
    a.maxNorm === b.maxNorm &&
    isEqual(a.model, b.model) &&
    isEqual(a.residual, b.residual) &&
    isEqual(a.momentum, b.momentum) &&
    isEqual(a.personal, b.personal)
  )
}

/** Bit by bit. */
function isEqual(a: Int32Array | Float32Array | undefined, b: Int32Array | Float32Array | undefined): boolean {
  if (a === b || a === undefined || b === undefined) return a === b
  return Buffer.from(a.buffer, a.byteOffset, a.byteLength).equals(Buffer.from(b.buffer, b.byteOffset, b.byteLength))
}

/**
 * Everything that decides how a member trains, besides the model and the round: its data and its settings. Attack and rule are not in it.
 *
 * @param name of the member in its cell
 * @param attackers how many members attack in the cell
 */
export function trainingIdentity(cell: Cell, settings: LabSettings, name: string, attackers: number): string {
  const { dataset, partition, members, byzantine, circumstance, seed } = cell
  const { model, learner, samples, local, updateExponent, precision, odd, rootSamples, personal, bucket } = settings
  return canonicalJson({
    dataset,
    partition,
    members,
    byzantine,
    circumstance,
    odd,
    seed,
    name,
    model,
    learner,
    samples,
    local,
    precision,
    rootSamples,
    personal,
    bucket,
    updateExponent: updateExponent ?? 'that of the model',
    // Only this split deals otherwise where somebody attacks.
    attackers: parsePartition(partition).kind === 'gamma' ? attackers : 0,
  })
}
