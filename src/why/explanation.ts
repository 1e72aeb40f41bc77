import type { verdictName } from '../protocol/types.ts'
import type { Address } from '../protocol/types.ts'

/** Why a member was paid or not in one round, in words and numbers, step by step in the order in which the claim decides. */
export interface Explanation {
  member: Address
  round: bigint
  /** Undefined for a member without a row in the round. */
  verdict: ReturnType<typeof verdictName> | undefined
  /** What the round added to the member's reward, token wei. */
  reward: bigint
  /** One sentence for whoever reads no further. */
  headline: string
  steps: Step[]
}

/** One thing that the claim decided about the member. */
export interface Step {
  title: string
  /** `against`: this decided against the member. `for`: passed. `note`: decides nothing by itself. */
  outcome: 'for' | 'against' | 'note'
  text: string
  facts: Fact[]
}

/** A number of the claim, where a reader can look it up. */
export interface Fact {
  label: string
  /** For people. */
  value: string
  /** As the leaf has it. */
  exact: string
  /** Which leaf: `members row 3`, `trace 20, word 3`. */
  leaf: string
}
