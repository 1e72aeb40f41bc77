import { isQuorateError, QuorateError } from '../../../core/errors.ts'
import type { ReferenceId, RuleId } from '../../../protocol/types.ts'
import { ruleByName } from './rule-by-name.ts'

/** What a rule's name means in the specification of a task. */
export interface TaskRule {
  rule: keyof typeof RuleId
  /** What the public row is for, unless the task says otherwise. */
  reference: keyof typeof ReferenceId
}

/** The rule names that a task can use: lab rules whose steps the judge can check, and the protocol's name of the default rule. */
const TASK_RULES: ReadonlyMap<string, TaskRule> = new Map([
  ['nnmGm', { rule: 'nnmGm', reference: 'novelty' }],
  ['held-nnm-gm', { rule: 'nnmGm', reference: 'novelty' }],
  ['mean', { rule: 'mean', reference: 'novelty' }],
])

export const taskRuleNames: readonly string[] = [...TASK_RULES.keys()]

/**
 * The rule that a task asks for by name. `nnmGm`, what new tasks have, is `held-nnm-gm`.
 *
 * @throws QuorateError RULE_NOT_PROVABLE for a rule of the lab, CONFIG_INVALID for an unknown one; both list the rules
 *   that a task can use
 * @example const { rule, reference } = taskRule('nnmGm') // { rule: 'nnmGm', reference: 'novelty' }
 */
export function taskRule(name: string): TaskRule {
  const known = TASK_RULES.get(name)
  if (known) return known
  const provable = taskRuleNames.join(', ')
  if (!isLabRule(name))
    throw new QuorateError('CONFIG_INVALID', `rule "${name}" is unknown; a task can use ${provable}`, { details: { rule: name } })
  throw new QuorateError(
    'RULE_NOT_PROVABLE',
    `a task cannot use ${name}, because the judge on chain cannot check its steps. A task can use ${provable}; ${name} is only for quorate lab`,
    { details: { rule: name, provable: taskRuleNames } },
  )
}

function isLabRule(name: string): boolean {
  try {
    return ruleByName(name) !== undefined
  } catch (error) {
    if (isQuorateError(error, 'CONFIG_INVALID')) return false
    throw error
  }
}
