import { readFile } from 'node:fs/promises'
import { QuorateError } from '../src/core/index.ts'
import {
  attackByName,
  createTfjsTrainer,
  loadDataset,
  memberSamples,
  parseTaskDocument,
  selectBackend,
  takeSamples,
} from '../src/training/index.ts'
import type { BackendChoice, Dataset, Trainer } from '../src/training/index.ts'
import type { Logger } from '../src/core/index.ts'
import type { TaskSpec } from '../src/protocol/index.ts'

/** What a member trains on, and how. */
export interface MemberTraining {
  backend: BackendChoice
  /** Folder of the data set; the installed package by default. */
  datasetDir?: string
  /** This member's share of a public data set, for demonstrations; a real member's folder holds its own data only. */
  partition?:
    | { kind: 'dirichlet'; alpha: number; seed: number; index: number; members: number }
    | { kind: 'shards'; shards: number; seed: number; index: number; members: number }
    | { kind: 'gamma'; gamma: number; seed: number; index: number; members: number }
    | { kind: 'indices'; file: string }
  /** Order of samples and rounding of updates. */
  seed: number
  /** Makes this member a poisoner, for demonstrations. */
  attack?: string
  /** Evaluate each verified model on the data set's test split. */
  evaluate: boolean
}

export interface MemberTrainer {
  trainer: Trainer
  backend: string
  samples: number
}

/**
 * Loads the data and readies the back end.
 *
 * @throws QuorateError DATASET_NOT_FOUND, DATASET_CORRUPT, BACKEND_UNAVAILABLE, MODEL_MISMATCH, CONFIG_INVALID
 */
export async function prepareTraining(
  training: MemberTraining,
  spec: TaskSpec,
  documentText: string,
  logger: Logger,
): Promise<MemberTrainer> {
  const document = parseTaskDocument(documentText)
  const backend = await selectBackend(training.backend, (name, reason) =>
    logger.debug({ backend: name, reason }, 'back end skipped'),
  )
  const dataset = await loadDataset(document.dataset, training.datasetDir)
  const share = await shareOf(training, dataset)
  const data = share ? takeSamples(dataset.train, share) : dataset.train
  const trainer = createTfjsTrainer({
    document,
    spec,
    data,
    ...(training.evaluate ? { test: dataset.test } : {}),
    backend,
    seed: training.seed,
    ...(training.attack ? { attack: attackByName(training.attack) } : {}),
  })
  logger.info(
    { backend: backend.name, detail: backend.detail, samples: data.labels.length, attack: training.attack },
    'ready to train',
  )
  return { trainer, backend: backend.name, samples: data.labels.length }
}

/** Numbers of the samples that are this member's own; undefined for all. */
async function shareOf({ partition }: MemberTraining, { train, classes }: Dataset): Promise<Uint32Array | undefined> {
  if (!partition) return undefined
  if (partition.kind === 'indices') return readIndices(partition.file, train.labels.length)
  const { seed, members, index } = partition
  return memberSamples({ partition, labels: train.labels, classes, members, seed }, index)
}

async function readIndices(file: string, samples: number): Promise<Uint32Array> {
  const numbers = await readFile(file, 'utf8')
    .then((text) => JSON.parse(text) as unknown)
    .catch((cause: unknown) => {
      throw new QuorateError('CONFIG_INVALID', `training.partition.file ${file} is no JSON file`, { cause, details: { file } })
    })
  if (!Array.isArray(numbers) || !numbers.every((number) => Number.isInteger(number) && number >= 0 && number < samples)) {
    throw new QuorateError('CONFIG_INVALID', `training.partition.file ${file} is not a list of sample numbers below ${samples}`, {
      details: { file },
    })
  }
  return Uint32Array.from(numbers as number[])
}
