/**
 * Why a member was paid or not in a round: the leaves of the claim that decide, held against the
 * claim hash of the chain (`checkLeaves`), the rule run again over them (`replayRule`), and the answer in words and numbers (`explain`).
 *
 * Pure, and small enough for a browser: imports the protocol, the rules and nothing that reads a file.
 *
 * @example
 * const leaves = decodeLeaves(whySchema.parse(body))
 * checkLeaves(leaves, { claimHash, specHash })          // OPENING_MISMATCH for a changed leaf
 * const { differences } = replayRule(leaves)            // empty for a true claim
 * console.log(explain(leaves, { unit }).headline)
 */
export { checkLeaves } from './check-leaves.ts'
export type { ChainFacts, LeafCheck } from './check-leaves.ts'
export { explain } from './explain.ts'
export type { ExplainOptions } from './explain.ts'
export type { Explanation, Fact, Step } from './explanation.ts'
export { decodeLeaves } from './leaves-json.ts'
export type { LeavesJson } from './leaves-json.ts'
export { replayRule } from './replay-rule.ts'
export type { ReplayedRule } from './replay-rule.ts'
export type { OpenedSlot, PairRoot, RoundLeaves } from './round-leaves.ts'
