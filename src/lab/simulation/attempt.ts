import { ERRORS, isQuorateError } from '../../core/index.ts'
import type { QuorateError } from '../../core/index.ts'

/** Exit code of errors about data, model and training. */
const OF_TRAINING = 5

/**
 * What a training gave, or why a real member would sit the round out.
 *
 * @throws what a real member would not go on after
 */
export async function attempt<T extends object>(training: Promise<T>): Promise<T | QuorateError> {
  return training.catch((error: unknown) => {
    if (isQuorateError(error) && ERRORS[error.code].exit === OF_TRAINING) return error
    throw error
  })
}
