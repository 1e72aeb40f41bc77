import { QuorateError, silentLogger } from '../../src/core/index.ts'
import { openDataset, readSamples } from '../../src/data/index.ts'
import {
  createTfjsLearner,
  keepPersonal,
  layoutOf,
  loadDataset,
  personalParts,
  selectBackend,
  takeSamples,
} from '../../src/training/index.ts'
import type { BackendChoice, Samples, TaskDocument } from '../../src/training/index.ts'
import { createProcessLearner, splitCommand } from '../../src/training/process/index.ts'
import type { TrialLearner } from './plan-task.ts'

export interface TrialOptions {
  backend: BackendChoice
  folder?: string | undefined
  trainer?: string | undefined
}

/** Samples of a trial where the task sets no bound: enough to see how far weights move. */
const SAMPLES = 2000

/**
 * Trains as one member would, on the first samples of the data that the task describes.
 *
 * @param folder of the data; a public data set has a package
 * @param trainer command of a program that trains in its place, and finds its data itself
 */
export function trialLearner({ backend, folder, trainer }: TrialOptions): TrialLearner {
  return async (document, spec) => {
    if (trainer !== undefined) return trialProgram(trainer, document, spec)
    const ready = await selectBackend(backend)
    const all = await trialSamples(document, folder)
    const count = Math.min(all.labels.length, document.local.samples || SAMPLES)
    const data = takeSamples(
      all,
      Uint32Array.from({ length: count }, (_, i) => i),
    )
    return createTfjsLearner({ document, spec, data, backend: ready, seed: document.seed })
  }
}

async function trialProgram(
  trainer: string,
  document: TaskDocument,
  spec: Parameters<TrialLearner>[1],
): ReturnType<TrialLearner> {
  const { name: _name, tensors: _tensors, genesis: _genesis, ...training } = document
  const parts = personalParts(document)
  const learner = await createProcessLearner({
    command: splitCommand(trainer),
    layout: parts?.whole ?? layoutOf(document, spec.tensors),
    training: JSON.stringify(training),
    seed: document.seed,
    logger: silentLogger,
  })
  return keepPersonal(learner, parts)
}

async function trialSamples({ dataset, data }: TaskDocument, folder: string | undefined): Promise<Samples> {
  if (!data) return (await loadDataset(dataset!, folder)).train
  if (folder === undefined)
    throw new QuorateError(
      'USAGE',
      'pass data for a trial training with --data FOLDER, or set update.exponent in the task file (-9 suits many networks)',
    )
  await using opened = await openDataset(data, folder)
  return readSamples(opened, 'train')
}
