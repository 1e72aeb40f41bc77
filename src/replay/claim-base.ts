import type { ClaimParts } from '../judge/index.ts'
import type { TaskSpec } from '../protocol/index.ts'
import type { ModelState } from './model-state.ts'

/** What a claim builds on, as the judge's parts name it: the parent claim and the state that it made. */
export type ClaimBase = Pick<ClaimParts, 'task' | 'spec' | 'parent' | 'previous'>

/** The base of a claim whose parent made this state. */
export function claimBaseOf(task: bigint, spec: TaskSpec, { round, claim, model, reference, ledger }: ModelState): ClaimBase {
  return { task, spec, parent: { round, claim }, previous: { model, reference, ledger } }
}
