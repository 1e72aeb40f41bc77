import type { TaskSpec } from '../../protocol/types.ts'

/** The specification under the names of the Solidity struct (`reference` is a reserved word there). */
export function specTuple(spec: TaskSpec): object {
  const { reference, ...rule } = spec.rule
  return { ...spec, rule: { ...rule, referenceKind: reference } }
}
