import { plural } from '../../src/core/index.ts'
import { epsilonOf } from '../../src/privacy/index.ts'
import type { PrivacyBudget, PrivacyEvent } from '../../src/privacy/index.ts'
import { reportOf } from '../../participant/privacy/spending.ts'
import type { LedgerState } from '../../participant/privacy/spending.ts'

/** How far a budget goes in a task. */
export interface PrivacyForecast {
  /** The budget. */
  epsilon: number
  delta: number
  /** ε that is spent today. */
  spent: number
  /** Rounds that the task has left, as far as anybody knows. */
  rounds: number
  /** ε after these rounds, if all of them were trained; a node stops before it passes the budget. */
  atEnd: number
  /** Rounds that the budget pays for. */
  roundsLeft: number
}

/**
 * How far a budget goes at today's noise.
 *
 * @param planned what one training costs
 * @param rounds that the task has left
 */
export function forecastOf(
  budget: PrivacyBudget,
  state: LedgerState,
  { planned, rounds }: { planned: PrivacyEvent; rounds: number },
): PrivacyForecast {
  const { epsilon, delta } = budget
  const { spent, roundsLeft = 0 } = reportOf({ epsilon, delta }, { ...state, planned: [planned] })
  const charges = [...state.spent, ...state.reserved.flat(), { ...planned, steps: rounds * planned.steps }]
  return { epsilon, delta, spent, rounds, atEnd: epsilonOf(charges, delta), roundsLeft }
}

/** A forecast in words. */
export function forecastText({ epsilon, delta, spent, rounds, atEnd, roundsLeft }: PrivacyForecast): string {
  return (
    `ε = ${spent.toFixed(2)} of ${epsilon} is spent (δ = ${delta}), and would be ${atEnd.toFixed(2)} after ${plural(rounds, 'more round')}; ` +
    `the budget pays for ${plural(roundsLeft, 'round')}`
  )
}

/** Whether the budget ends before the task does. */
export function endsEarly({ rounds, roundsLeft }: PrivacyForecast): boolean {
  return roundsLeft < rounds
}

/** What keeps a budget until the end of a task. */
export const KEEP_BUDGET =
  'plan with more noise or smaller batches (`quorate privacy plan --epsilon E --delta D --rounds N …`), or the member stops training when the budget ends'
