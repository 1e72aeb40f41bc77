import { parseDocument } from '../src/protocol/index.ts'
import type { TaskDocumentParts } from '../src/protocol/index.ts'
import { createTrainer } from '../src/training/compose-trainer.ts'
import { tensorLayout } from '../src/training/layout.ts'
import { keepPersonal } from '../src/training/personal/index.ts'
import { createProcessLearner, splitCommand } from '../src/training/process/index.ts'
import type { MemberTrainer, MemberTraining, TrainingNeeds } from './member-data.ts'
import { personalOf } from './personal-of.ts'
import { trainingSeed } from './training-seed.ts'

const MiB = 1024 * 1024

/**
 * Starts the program of a member that trains its own way. Of the task document it needs the tensors alone; the program gets the training part.
 *
 * @throws QuorateError CONFIG_INVALID when there is no such program, SPEC_INVALID
 */
export async function prepareProcessTraining(
  training: Pick<MemberTraining, 'seed' | 'trainerMemoryMiB' | 'around' | 'privacy'> & Required<Pick<MemberTraining, 'trainer'>>,
  { spec, document, most, secret, logger }: TrainingNeeds,
): Promise<MemberTrainer> {
  const { command, folder } = training.trainer
  const parts = parseDocument(document)
  const layout = tensorLayout(parts.tensors)
  const personal = personalOf(parts)
  const seed = training.seed ?? trainingSeed(secret)
  const program = await createProcessLearner({
    command: splitCommand(command),
    cwd: folder,
    layout: personal?.whole ?? layout,
    training: JSON.stringify(parts.training),
    seed,
    privacy: training.privacy,
    limits: training.trainerMemoryMiB === undefined ? {} : { memoryBytes: training.trainerMemoryMiB * MiB },
    logger,
  })
  const learner = keepPersonal(program, personal)
  const parted = training.around?.(learner) ?? { learner }
  const trainer = createTrainer({
    ...parted,
    layout,
    tensors: spec.tensors,
    memberMomentum: momentumOf(parts),
    seed,
    ...(most !== undefined && { most }),
  })
  logger.info({ command, tensors: parts.tensors.length }, 'a program of this member trains')
  return { trainer, backend: 'process' }
}

/** μ of the member's momentum, which the node applies to what any program learned. */
export function momentumOf({ training }: TaskDocumentParts): number {
  const { local } = training as { local?: { memberMomentum?: unknown } }
  return typeof local?.memberMomentum === 'number' ? local.memberMomentum : 0
}
