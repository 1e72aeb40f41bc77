import {
  attackByName,
  createTfjsTrainer,
  loadDataset,
  memberSamples,
  parsePartition,
  parseTaskDocument,
  selectBackend,
  takeSamples,
} from '../src/training/index.ts'
import type { BackendChoice, Trainer } from '../src/training/index.ts'
import type { Logger } from '../src/core/index.ts'
import type { TaskSpec } from '../src/protocol/index.ts'

/** What a member trains on, and how. */
export interface MemberTraining {
  backend: BackendChoice
  /** Folder of the data set; the installed package by default. */
  datasetDir?: string
  /** This member's share of a public data set, for demonstrations; a real member's folder holds its own data only. */
  partition?: { kind: string; seed: number; index: number; members: number }
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
  const { partition } = training
  const data = partition
    ? takeSamples(
        dataset.train,
        memberSamples(
          {
            partition: parsePartition(partition.kind),
            labels: dataset.train.labels,
            classes: dataset.classes,
            members: partition.members,
            seed: partition.seed,
          },
          partition.index,
        ),
      )
    : dataset.train
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
