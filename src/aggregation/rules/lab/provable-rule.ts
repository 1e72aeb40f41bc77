import type { GramRule } from '../rule.ts'
import type { LabRule } from './lab-rule.ts'

/** A rule of the protocol under the lab's interface. */
export function provableRule(rule: GramRule, about: Omit<LabRule, 'kind' | 'decide' | 'provable'>): LabRule {
  return { ...about, kind: 'gram', provable: true, decide: (input) => rule.weights(input) }
}
