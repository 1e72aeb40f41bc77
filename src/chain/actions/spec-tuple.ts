import type { RuleSpec, TaskSpec } from '../../protocol/types.ts'

/** The specification under the names of the Solidity struct (`reference` is a reserved word there). */
export function specTuple(
  spec: TaskSpec,
): Omit<TaskSpec, 'rule'> & { rule: Omit<RuleSpec, 'reference'> & { referenceKind: number } } {
  const { reference, ...rule } = spec.rule
  return { ...spec, rule: { ...rule, referenceKind: reference } }
}
