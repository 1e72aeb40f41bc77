import { tensorLayout } from '../layout.ts'
import type { TaskSpec } from '../../protocol/types.ts'
import type { TaskDocument } from '../tasks/task-document.ts'
import { wholeTensors } from './personal-tensors.ts'

/** What a learner needs of a task. */
export interface LearnerTask {
  document: TaskDocument
  spec: { tensors: readonly Pick<TaskSpec['tensors'][number], 'length'>[] }
}

/**
 * The same task as if every tensor were shared: for a learner that trains whole models, below `keepPersonal`.
 *
 * @example createTfjsLearner({ ...options, ...wholeTask(document) })
 */
export function wholeTask(task: TaskDocument): LearnerTask {
  const { personal: _, ...document } = task
  const tensors = wholeTensors(task)
  return {
    document: { ...document, tensors },
    spec: { tensors: tensorLayout(tensors).tensors.map(({ length }) => ({ length })) },
  }
}
