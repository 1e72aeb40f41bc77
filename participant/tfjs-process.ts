import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ERRORS } from '../src/core/error-codes.ts'
import type { ErrorCode } from '../src/core/error-codes.ts'
import { isQuorateError, QuorateError } from '../src/core/index.ts'
import { encodeSpec, parseDocument } from '../src/protocol/index.ts'
import { createTrainer } from '../src/training/compose-trainer.ts'
import { tensorLayout } from '../src/training/layout.ts'
import type { Evaluation, Learner } from '../src/training/learner.ts'
import { keepPersonal } from '../src/training/personal/index.ts'
import { createProcessLearner } from '../src/training/process/index.ts'
import type { ProcessLearner } from '../src/training/process/index.ts'
import type { MemberTrainer, MemberTraining, TrainingNeeds } from './member-data.ts'
import { momentumOf } from './process-training.ts'
import { personalOf } from './personal-of.ts'
import { ERROR_FILE, EVALUATION_FILE, READY_FILE, SETTINGS_FILE } from './tfjs-process-files.ts'
import type { LearnerSettings } from './tfjs-process-files.ts'
import { trainingSeed } from './training-seed.ts'

const MiB = 1024 * 1024
const PROGRAM = fileURLToPath(new URL('./tfjs-program.ts', import.meta.url))

/**
 * Trains with tfjs in a process of its own: training never holds up the node, a crash or too much memory costs one round, and the samples lie in that
 * process alone. This process loads no machine-learning library.
 *
 * @throws QuorateError those of `prepareTraining`, TRAINER_CRASHED, TRAINER_MEMORY, TRAINER_TIMEOUT, CANCELLED
 */
export async function prepareTfjsProcess(
  training: Omit<MemberTraining, 'createTrainer'>,
  { spec, document, most, secret, dataFolder, signal, logger }: TrainingNeeds & { dataFolder: string },
): Promise<MemberTrainer> {
  const parts = parseDocument(document)
  const layout = tensorLayout(parts.tensors)
  const personal = personalOf(parts)
  const seed = training.seed ?? trainingSeed(secret)
  // In the state folder, which belongs to one node: what a node that was killed left behind is overwritten. The seed tells how updates are rounded.
  const folder = join(dataFolder, 'learner')
  const remove = async (): Promise<void> => rm(folder, { recursive: true, force: true })
  await remove()
  await mkdir(folder, { recursive: true, mode: 0o700 })
  let learner: ProcessLearner | undefined
  try {
    const settings: LearnerSettings = { training, specification: encodeSpec(spec), document, seed }
    await writeFile(join(folder, SETTINGS_FILE), JSON.stringify(settings), { mode: 0o600 })
    learner = await createProcessLearner({
      command: [process.execPath, '--disable-warning=ExperimentalWarning', PROGRAM, folder],
      layout: personal?.whole ?? layout,
      training: '{}',
      seed,
      limits: training.trainerMemoryMiB === undefined ? {} : { memoryBytes: training.trainerMemoryMiB * MiB },
      logger,
    })
    await learner.ready(signal).catch(async (error: unknown) => {
      throw (await readError(join(folder, ERROR_FILE))) ?? error
    })
    const facts = JSON.parse(await readFile(join(folder, READY_FILE), 'utf8')) as Omit<MemberTrainer, 'trainer'>
    logger.info({ ...facts }, 'ready to train, in a process of its own')
    const own = keepPersonal(ofProcess(learner, { folder, onEnd: remove }), personal)
    const trainer = createTrainer({
      learner: own,
      layout,
      tensors: spec.tensors,
      memberMomentum: momentumOf(parts),
      seed,
      ...(most !== undefined && { most }),
    })
    return { trainer, ...facts }
  } catch (error) {
    await learner?.[Symbol.asyncDispose]()
    await remove()
    throw error
  }
}

async function readError(path: string): Promise<QuorateError | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  const { code, message, details } = JSON.parse(text) as { code: ErrorCode; message: string; details: Record<string, unknown> }
  return new QuorateError(code, message, { details })
}

/** The learner with all that its process measured, and with the errors that its process names by their code. */
function ofProcess(learner: ProcessLearner, { folder, onEnd }: { folder: string; onEnd: () => Promise<void> }): Learner {
  const coded = async <T>(work: Promise<T>): Promise<T> =>
    work.catch((error: unknown) => {
      const [, code, message] = (isQuorateError(error, 'TRAINER_FAILED') && /: ([A-Z_]+): (.*)$/s.exec(error.message)) || []
      if (code !== undefined && code in ERRORS) throw new QuorateError(code as ErrorCode, message!, { cause: error })
      throw error
    })
  return {
    train: async (input) => coded(learner.train(input)),
    async evaluate(weights, signal) {
      await coded(learner.evaluate(weights, signal))
      return JSON.parse(await readFile(join(folder, EVALUATION_FILE), 'utf8')) as Evaluation
    },
    dispose: () => void endThen(learner, onEnd),
  }
}

async function endThen(learner: ProcessLearner, onEnd: () => Promise<void>): Promise<void> {
  await learner[Symbol.asyncDispose]()
  await onEnd()
}
