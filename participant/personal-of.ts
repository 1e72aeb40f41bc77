import { QuorateError } from '../src/core/index.ts'
import type { TaskDocumentParts } from '../src/protocol/index.ts'
import { personalParts, personalSchema } from '../src/training/personal/index.ts'
import type { PersonalParts } from '../src/training/personal/index.ts'

/**
 * The personal layers that a task document names, without a look at the rest of its training part, which is for the member's program.
 *
 * @returns undefined where nothing is personal
 * @throws QuorateError SPEC_INVALID
 */
export function personalOf({ tensors, training }: TaskDocumentParts): PersonalParts | undefined {
  const result = personalSchema.optional().safeParse(training['personal'])
  if (result.success) return personalParts({ tensors, personal: result.data })
  const issue = result.error.issues[0]!
  const field = ['training.personal', ...issue.path].join('.')
  throw new QuorateError('SPEC_INVALID', `field ${field} of the task document: ${issue.message}`, { details: { field } })
}
