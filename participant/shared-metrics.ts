import { METRIC_NAME, parseDocument } from '../src/protocol/index.ts'

/** What members may tell each other where the task names nothing. */
const USUAL: readonly string[] = ['accuracy', 'loss', 'mae']

/**
 * Names of the metrics that the task names for its members to share: `evaluation.share` in the training part of the document, else the usual ones and the one that names
 * the best round. Nothing else that a member measures leaves it.
 *
 * @throws QuorateError SPEC_INVALID
 */
export function sharedMetrics(document: string): readonly string[] {
  const { evaluation } = parseDocument(document).training as { evaluation?: { share?: unknown; metric?: unknown } | null }
  const named: unknown = evaluation?.share ?? [...USUAL, evaluation?.metric]
  return Array.isArray(named) ? named.filter((name) => typeof name === 'string' && METRIC_NAME.test(name)) : []
}
