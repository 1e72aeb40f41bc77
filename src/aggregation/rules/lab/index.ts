/**
 * Robust aggregation rules of the literature behind one interface (`LabRule`), stake-weighted and integer-exact, for `quorate lab`. Each file is one
 * rule. A task can be opened only with the provable ones (RuleId 0 and 1): the judge on chain has no proofs for the others.
 *
 * @example
 * const rule = ruleByName('krum')
 * assertRuleSafe(rule, stakes, { byzantineBps: 2500 })
 * const { weights, verdicts, scores } = rule.decide({ gram, stakes, tieBreak, hasReference: false, spec, updates })
 */
export type { Cohort, LabInput, LabOutput, LabRule } from './lab-rule.ts'
export { gramRule } from './gram-rule.ts'
export { coordinateRule } from './coordinate-rule.ts'
export { assertRuleSafe } from './assert-rule-safe.ts'
export { LAB_RULES, ruleByName } from './rule-by-name.ts'
export { taskRule, taskRuleNames } from './task-rule.ts'
export type { TaskRule } from './task-rule.ts'
export { withFoolsGold } from './fools-gold.ts'
