import { join } from 'node:path'
import { train } from '../../../participant/duties/train.ts'
import type { TrainNeeds } from '../../../participant/duties/train.ts'
import { PrivacyLedger } from '../../../participant/privacy/privacy-ledger.ts'
import { personalStore, VectorStore } from '../../../participant/vector-store.ts'
import { silentLogger } from '../../../src/core/index.ts'
import { createMetrics } from '../../../src/observe/index.ts'
import type { PrivacyBudget } from '../../../src/privacy/index.ts'
import { updateRoot } from '../../../src/protocol/index.ts'
import type { Hash, RoundEvent, RoundState } from '../../../src/protocol/index.ts'
import { KeptLeaves } from '../../../src/replay/index.ts'
import { openBlobStore, openJournal } from '../../../src/storage/index.ts'
import {
  createTfjsTrainer,
  defaultTask,
  genesisModel,
  modelByName,
  plannedSteps,
  selectBackend,
} from '../../../src/training/index.ts'
import type { Trainer } from '../../../src/training/index.ts'
import { recordedEvents } from '../events.ts'

const task = defaultTask({ model: 'mlp' })
const model = genesisModel(modelByName('mlp'), task.tensors, 1)
const RECORDS = 8
export const PRIVACY = { clip: 1, noise: 1, batch: 4 }
/** What one training of the duty costs. */
export const PLANNED = plannedSteps(PRIVACY, task.document.local, RECORDS)

export interface PrivateDutyOptions {
  /** State folder of the member. */
  folder: string
  budget: PrivacyBudget & { noise?: number }
  /** File that the ledger shares with others; the journal of the folder if left out. */
  path?: string
  /** Wraps what a test watches or kills. */
  around?: (needs: TrainNeeds & { privacy: PrivacyLedger }) => TrainNeeds
}

/** The train duty of a member that trains privately, on real stores, with a real learner of eight records. Ends with `close`. */
export async function privateDuty({ folder, budget, path, around = (needs) => needs }: PrivateDutyOptions) {
  const journal = openJournal(folder)
  const data = {
    inputs: Uint8Array.from({ length: RECORDS * 784 }, (_, k) => k % 251),
    labels: Uint8Array.from({ length: RECORDS }, (_, k) => k),
  }
  const trainer: Trainer = createTfjsTrainer({
    document: task.document,
    spec: task,
    data,
    backend: await selectBackend('cpu'),
    seed: 1,
    privacy: PRIVACY,
  })
  const { events, told } = recordedEvents()
  const ledger = new PrivacyLedger({ journal, path, budget, planned: PLANNED, folder, logger: silentLogger })
  const updates = await openBlobStore({ folder: join(folder, 'updates'), extension: '.q8', addressOf: updateRoot })
  const residuals = new VectorStore(join(folder, 'private-residuals'))
  const duty = train(
    around({
      task: { spec: { tensors: task.tensors, minNormSq: task.minNormSq, maxNormSq: task.maxNormSq, committee: 0 } },
      stores: {
        states: { waitFor: async () => ({ model, height: 4 }) as Awaited<ReturnType<TrainNeeds['stores']['states']['waitFor']>> },
        updates,
        leaves: new KeptLeaves(),
      },
      trainer,
      residuals,
      momenta: new VectorStore(join(folder, 'private-momenta')),
      personal: personalStore(folder, { kind: 'private-personal' }),
      privacy: ledger,
      events,
      logger: silentLogger,
      metrics: createMetrics(),
    }),
  )
  return {
    ledger,
    told,
    updates,
    residuals,
    /** Trains in a round on a model; undefined when the member sends nothing. */
    async trainOn(base: Hash, round: bigint): Promise<Hash | undefined> {
      const plan = { round, base, openedAt: 1000, windows: { commit: 40, reveal: 40, attest: 40, post: 40 } }
      const [event] = (await duty.train!(
        { type: 'train', key: 'train' },
        { plan, now: 1010 } as unknown as RoundState,
        new AbortController().signal,
      )) as (RoundEvent & { type: 'trained' })[]
      return event?.updateRoot
    },
    close() {
      ledger[Symbol.dispose]()
      journal.close()
    },
  }
}
