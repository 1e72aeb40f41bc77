/**
 * The red team of the lab: a search over the parameters of an attack through the real rule, evidence and ledger, so that whoever changes the rule can attack
 * it overnight.
 *
 * @example const [strongest] = await searchAttack({ attack, budget: 200, seed: 1, evaluate })
 */
export { createEvolution } from './evolution.ts'
export type { Evolution } from './evolution.ts'
export { isObjective, OBJECTIVES } from './objective.ts'
export type { Objective, ObjectiveName } from './objective.ts'
export { searchAttack } from './search-attack.ts'
export type { SearchInput, Tried } from './search-attack.ts'
