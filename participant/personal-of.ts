import { QuorateError } from '../src/core/index.ts'
import type { TaskDocumentParts } from '../src/protocol/index.ts'
import { personalParts, personalSchema } from '../src/training/personal/index.ts'
import type { PersonalParts, PersonalTensor } from '../src/training/personal/index.ts'

/** The personal tensors that a task document names, without a look at the rest of its training part. @throws QuorateError SPEC_INVALID */
export function personalTensors({ training }: Pick<TaskDocumentParts, 'training'>): readonly PersonalTensor[] | undefined {
  const result = personalSchema.optional().safeParse(training['personal'])
  if (result.success) return result.data
  const issue = result.error.issues[0]!
  const field = ['training.personal', ...issue.path].join('.')
  throw new QuorateError('SPEC_INVALID', `field ${field} of the task document: ${issue.message}`, { details: { field } })
}

/**
 * How the model is cut by the personal layers that a task document names, without a look at the rest of its training part, which is for the member's program.
 *
 * @returns undefined where nothing is personal
 * @throws QuorateError SPEC_INVALID
 */
export function personalOf(parts: TaskDocumentParts): PersonalParts | undefined {
  return personalParts({ tensors: parts.tensors, personal: personalTensors(parts) })
}
