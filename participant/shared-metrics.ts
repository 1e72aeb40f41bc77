import { METRIC_NAME, parseDocument } from '../src/protocol/index.ts'

/** What members may tell each other where the task names nothing. */
const USUAL: readonly string[] = ['accuracy', 'loss', 'mae']

/**
 * Names of the metrics that the task names for its members to share: `metrics` in the training part of the document. Nothing else that a member measures leaves it.
 *
 * @throws QuorateError SPEC_INVALID
 */
export function sharedMetrics(document: string): readonly string[] {
  const { metrics } = parseDocument(document).training
  return Array.isArray(metrics) ? metrics.filter((name) => typeof name === 'string' && METRIC_NAME.test(name)) : USUAL
}
