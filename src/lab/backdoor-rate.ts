import type { TaskSpec } from '../protocol/index.ts'
import { createTfjsEvaluator, takeSamples } from '../training/index.ts'
import type { Backdoor } from './attacks/index.ts'
import type { LabParts } from './cell-result.ts'
import type { Cohort } from './cohort.ts'

/**
 * Share of stamped test samples of other classes that the model takes for the attacker's target.
 *
 * @param weights float32[D]
 */
export async function backdoorRate(
  backdoor: Backdoor,
  weights: Float32Array,
  { cohort, spec, parts }: { cohort: Cohort; spec: TaskSpec; parts: LabParts },
): Promise<number> {
  const { test, task } = cohort
  const others = Uint32Array.from([...test.labels.keys()].filter((i) => test.labels[i] !== backdoor.target))
  const stamped = takeSamples(test, others)
  backdoor.stamp(stamped, parts.dataset.inputShape)
  stamped.labels.fill(backdoor.target)
  const evaluator = createTfjsEvaluator({ document: task.document, spec, test: stamped, backend: parts.backend })
  return (await evaluator.evaluate(weights, parts.signal)).accuracy!
}
