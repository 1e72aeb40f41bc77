import { readFile } from 'node:fs/promises'
import { plural, QuorateError } from '../src/core/index.ts'
import { openDataset, readSamples } from '../src/data/index.ts'
import type { DataSchema } from '../src/data/index.ts'
import {
  createTfjsTrainer,
  loadDataset,
  memberSamples,
  parseTaskDocument,
  plannedSteps,
  selectBackend,
  takeSamples,
} from '../src/training/index.ts'
import type {
  BackendChoice,
  Dataset,
  Learner,
  PrivateTraining,
  Samples,
  TaskDocument,
  TfjsTrainerOptions,
  Trainer,
  TrainerFactory,
  TrainerOptions,
} from '../src/training/index.ts'
import type { Logger } from '../src/core/index.ts'
import type { PrivacyBudget, PrivacyEvent } from '../src/privacy/index.ts'
import type { Hash, TaskSpec } from '../src/protocol/index.ts'
import { trainingSeed } from './training-seed.ts'

/** What a member trains on, and how. */
export interface MemberTraining {
  backend: BackendChoice
  /** The data set that the member means to train on; must be that of the task's document. Not checked if left out. */
  dataset?: string
  /** Folder of the data set; the installed package by default. */
  datasetDir?: string
  /** This member's share of a public data set, for demonstrations; a real member's folder holds its own data only. */
  partition?:
    | { kind: 'dirichlet'; alpha: number; seed: number; index: number; members: number }
    | { kind: 'shards'; shards: number; seed: number; index: number; members: number }
    | { kind: 'gamma'; gamma: number; seed: number; index: number; members: number }
    | { kind: 'indices'; file: string }
  /** Fixes the order of samples and the rounding of updates, for demonstrations and tests; derived from the operator key if left out. */
  seed?: number
  /** A program that trains in place of the built-in learner, and the folder that it runs in. */
  trainer?: { command: string; folder: string }
  /** Whether the built-in learner has a process of its own; in this process if left out. */
  ownProcess?: boolean
  /** Most memory of the program that trains, MiB. */
  trainerMemoryMiB?: number
  /** Evaluate each verified model on the data set's test split. */
  evaluate: boolean
  /** Differential privacy of the member's records, and what it may cost; none if left out. */
  privacy?: PrivacyBudget & PrivateTraining & { ledger?: string | undefined; shareSpending?: boolean }
  /** Tell the other members the metrics that the task names; default no. */
  shareEvaluation?: boolean
  /** Makes the trainer; `createTfjsTrainer` if left out. */
  createTrainer?: TrainerFactory
  /** A trainer that needs neither data nor back end; only measurements have one. */
  ready?: MemberTrainer
  /** What is put around the learner that is a program; only demonstrations and tests have one. */
  around?: (learner: Learner) => Pick<TrainerOptions, 'learner' | 'compose'>
}

export interface TrainingNeeds {
  spec: TaskSpec
  /** JSON of the task document. */
  document: string
  /** A private key of the member: its randomness comes from it. */
  secret: Hash
  /** Largest value of an update; 127 if left out. */
  most?: number
  /** Ends the wait for a process that loads its data. */
  signal?: AbortSignal
  logger: Logger
}

export interface MemberTrainer {
  trainer: Trainer
  backend: string
  /** Its device, and why it was chosen. */
  detail?: string
  /** Samples to train on; a program of the member's own does not say it. */
  samples?: number
  /** What a training costs with privacy; a program of the member's own says it with its first result. */
  planned?: PrivacyEvent
}

/** What a member trains on and measures with, and words about it for the log. */
interface MemberSamples {
  data: Samples
  test?: Samples
  about: Record<string, unknown>
}

/**
 * Loads the data and readies the back end.
 *
 * @throws QuorateError DATASET_NOT_FOUND, DATASET_CORRUPT, DATA_…, BACKEND_UNAVAILABLE, MODEL_MISMATCH, CONFIG_INVALID
 */
export async function prepareTraining(training: MemberTraining, needs: TrainingNeeds): Promise<MemberTrainer> {
  const { spec, document, most, secret, logger } = needs
  const { learner, facts } = await prepareLearner(training, {
    spec,
    document,
    ...(most !== undefined && { most }),
    logger,
    seed: training.seed ?? trainingSeed(secret),
  })
  const { createTrainer = createTfjsTrainer } = training
  const trainer = createTrainer(learner)
  await trainer.prepare?.()
  return { trainer, ...facts }
}

/** What a learner of this member takes, and words about it. */
export interface PreparedLearner {
  learner: TfjsTrainerOptions
  facts: Omit<MemberTrainer, 'trainer'>
}

/** The same below the trainer: what the process of a learner needs. Errors: as `prepareTraining`. */
export async function prepareLearner(
  training: Omit<MemberTraining, 'createTrainer' | 'ready'>,
  { spec, most, seed, logger, ...needs }: Omit<TrainingNeeds, 'secret' | 'signal'> & { seed: number | string },
): Promise<PreparedLearner> {
  const document = parseTaskDocument(needs.document)
  checkDataset(training, document)
  const backend = await selectBackend(training.backend, (name, reason) =>
    logger.debug({ backend: name, reason }, 'back end skipped'),
  )
  const { data, test, about } = document.data
    ? await ownSamples(training, document.data, logger)
    : await publicSamples(training, document.dataset!, logger)
  const samples = data.labels.length
  const { partition, privacy } = training
  if (privacy) checkDelta(privacy, samples)
  logger.info(
    { backend: backend.name, detail: backend.detail, why: backend.why, ...about, samples, partition: partition?.kind },
    partition ? 'ready to train on a share of a public data set, for demonstrations' : 'ready to train',
  )
  const detail = [backend.detail, backend.why].filter(Boolean).join(', ')
  return {
    learner: {
      document,
      spec,
      data,
      ...(training.evaluate && test && { test }),
      backend,
      seed,
      privacy,
      ...(most !== undefined && { most }),
    },
    facts: {
      backend: backend.name,
      detail,
      samples,
      ...(privacy && { planned: plannedSteps(privacy, document.local, samples) }),
    },
  }
}

/** @throws QuorateError CONFIG_INVALID for a δ with which a program that gives away some record by chance would be private */
function checkDelta({ delta }: PrivacyBudget, samples: number): void {
  if (delta * samples < 1) return
  throw new QuorateError(
    'CONFIG_INVALID',
    `privacy.delta is ${delta}, and this member has ${plural(samples, 'record')}: write a number well below ${1 / samples}, or some record may be given away whole`,
    { details: { delta, samples } },
  )
}

/** The files of the member, after the schema of the task. */
async function ownSamples({ datasetDir, partition }: MemberTraining, schema: DataSchema, logger: Logger): Promise<MemberSamples> {
  if (datasetDir === undefined)
    throw new QuorateError(
      'CONFIG_INVALID',
      'this task trains on data of your own: name its folder or file in training.datasetDir',
    )
  if (partition)
    throw new QuorateError(
      'CONFIG_INVALID',
      'training.partition takes a share of a public data set, and this task has none: remove it',
    )
  await using dataset = await openDataset(schema, datasetDir)
  for (const { severity, problem, count, places } of dataset.findings)
    if (severity === 'skipped')
      logger.warn({ datasetDir, places }, `${plural(count, 'record is', 'records are')} left out: ${problem}`)
  const [data, test] = [await readSamples(dataset, 'train'), await readSamples(dataset, 'test')]
  return {
    data,
    ...(test.labels.length > 0 && { test }),
    about: { schema: dataset.schemaHash, folder: datasetDir, heldOut: test.labels.length },
  }
}

/** A public data set, or the member's share of it. */
async function publicSamples(training: MemberTraining, name: string, logger: Logger): Promise<MemberSamples> {
  const { partition, datasetDir } = training
  const dataset = await loadDataset(name, datasetDir)
  const share = await shareOf(training, dataset)
  if (!partition && !datasetDir) {
    logger.warn(
      { dataset: dataset.name },
      'training on the whole public data set of the package; set training.datasetDir to the folder of your own data',
    )
  }
  return {
    data: share ? takeSamples(dataset.train, share) : dataset.train,
    test: dataset.test,
    about: { dataset: dataset.name, folder: datasetDir ?? 'package' },
  }
}

/** @throws QuorateError CONFIG_INVALID when the member means to train on another data set than the task */
function checkDataset({ dataset }: MemberTraining, document: TaskDocument): void {
  if (dataset === undefined || dataset === document.dataset) return
  if (document.data)
    throw new QuorateError(
      'CONFIG_INVALID',
      'training.dataset names a public data set, and this task trains on your own: remove it',
    )
  throw new QuorateError(
    'CONFIG_INVALID',
    `training.dataset is "${dataset}", but the document of this task names the data set "${document.dataset}". Remove the line, ` +
      `or write dataset = "${document.dataset}" and name the folder of your files in training.datasetDir; for other data, join a task that names them`,
    { details: { configured: dataset, dataset: document.dataset } },
  )
}

/** Numbers of the samples that are this member's own; undefined for all. */
async function shareOf({ partition }: MemberTraining, { train, classes }: Dataset): Promise<Uint32Array | undefined> {
  if (!partition) return undefined
  if (partition.kind === 'indices') return readIndices(partition.file, train.labels.length)
  const { seed, members, index } = partition
  return memberSamples({ partition, labels: train.labels, classes, members, seed }, index)
}

async function readIndices(file: string, samples: number): Promise<Uint32Array> {
  const invalid = (problem: string, cause?: unknown): QuorateError =>
    new QuorateError(
      'CONFIG_INVALID',
      `training.partition.file ${file} ${problem}. A partition is a share of a public data set, for demonstrations: ` +
        'leave it out when training.datasetDir holds your own data only',
      { cause, details: { file } },
    )
  const numbers = await readFile(file, 'utf8')
    .then((text) => JSON.parse(text) as unknown)
    .catch((cause: unknown) => {
      throw invalid('is not a JSON file', cause)
    })
  if (!Array.isArray(numbers) || !numbers.every((number) => Number.isInteger(number) && number >= 0 && number < samples))
    throw invalid(`is not a list of sample numbers below ${samples}`)
  return Uint32Array.from(numbers as number[])
}
