import type { TaskSpec } from '../protocol/index.ts'
import { takeSamples } from '../training/index.ts'
import type { Backdoor } from './attacks/index.ts'
import type { LabParts } from './cell-result.ts'
import type { Cohort } from './cohort.ts'

/**
 * Share of the backdoor's test samples, stamped if it has a trigger, that the model takes for the attacker's target.
 *
 * @param weights float32[D]
 * @param personal layers of the member that is measured, in tasks with personal layers
 */
export async function backdoorRate(
  backdoor: Backdoor,
  weights: Float32Array,
  { cohort, spec, parts, personal }: { cohort: Cohort; spec: TaskSpec; parts: LabParts; personal?: Float32Array | undefined },
): Promise<number> {
  const { test, task, learning } = cohort
  const chosen = backdoor.select?.(test) ?? [...test.labels.keys()].filter((i) => test.labels[i] !== backdoor.target)
  const stamped = takeSamples(test, Uint32Array.from(chosen))
  backdoor.stamp?.(stamped, parts.dataset.inputShape)
  stamped.labels.fill(backdoor.target)
  const evaluator = learning.evaluator({ document: task.document, spec, test: stamped, backend: parts.backend })
  return (await evaluator.evaluate(weights, parts.signal, personal)).accuracy!
}
