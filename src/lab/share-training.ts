import { createHash } from 'node:crypto'
import { canonicalJson } from '../protocol/index.ts'
import { parsePartition } from '../training/index.ts'
import type { TrainInput, TrainResult, Trainer } from '../training/index.ts'
import type { Cell, LabSettings } from './grid.ts'

/** Rounds that are kept. Attackers that begin honestly make the model of the first rounds the same; later models differ and would only fill memory. */
const KEPT_ROUNDS = 4
/** Trainings that are kept, the latest ones: several seeds of the first rounds of a grid. */
const KEPT = 256

/** Honest trainings of earlier cells of one process. */
export interface SharedTraining {
  /** The trainer, or what an equal one gave from the same model. */
  share(trainer: Trainer, identity: string): Trainer
  /** How many trainings were done, and how many were found. */
  counts: { trained: number; found: number }
}

/**
 * Trains once where several cells would train alike. Training is a pure function of the member's data and settings, the model, what the member carries from its
 * last training, and the round. All of them are in the key, so that a cell gives the same bits with and without sharing: round 1 is shared by all attacks and
 * rules of a seed, later rounds as long as the models are equal.
 *
 * @example const parts = { ...others, shared: createSharedTraining() }
 */
export function createSharedTraining(): SharedTraining {
  const kept = new Map<string, TrainResult>()
  const counts = { trained: 0, found: 0 }
  return {
    counts,
    share: (trainer, identity) => ({
      ...trainer,
      async train(input) {
        if (input.step > KEPT_ROUNDS) return trainer.train(input)
        const key = keyOf(identity, input)
        const known = kept.get(key)
        if (known) counts.found++
        else counts.trained++
        const result = known ?? (await trainer.train(input))
        // Set again, it is the latest.
        kept.delete(key)
        kept.set(key, result)
        if (kept.size > KEPT) kept.delete(kept.keys().next().value!)
        return result
      },
    }),
  }
}

/**
 * Everything that decides how a member trains, besides the model and the round: its data and its settings. Attack and rule are not in it.
 *
 * @param name of the member in its cell
 * @param attackers how many members attack in the cell
 */
export function trainingIdentity(cell: Cell, settings: LabSettings, name: string, attackers: number): string {
  const { dataset, partition, members, byzantine, circumstance, seed } = cell
  const { model, samples, local, updateExponent, precision, odd } = settings
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
    samples,
    local,
    precision,
    updateExponent: updateExponent ?? 'that of the model',
    // Only this split deals otherwise where somebody attacks.
    attackers: parsePartition(partition).kind === 'gamma' ? attackers : 0,
  })
}

function keyOf(identity: string, { model, step, residual, momentum, maxNorm }: TrainInput): string {
  const hash = createHash('sha256').update(`${identity} ${step} ${maxNorm ?? 'any length'}`)
  for (const values of [model, residual, momentum]) {
    hash.update(values ? `${values.length}` : 'none')
    if (values) hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
  }
  return hash.digest('hex')
}
