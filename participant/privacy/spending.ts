import { epsilonOf, stepsLeft } from '../../src/privacy/index.ts'
import type { PrivacyBudget, PrivacyEvent } from '../../src/privacy/index.ts'

/** Steps of the same noise and sampling rate, over all rounds. */
export interface Spending extends PrivacyEvent {
  /** Trainings that had such steps. */
  rounds: number
}

/** What a member's ledger of privacy says. */
export interface LedgerState {
  /** Grows with each change: the higher of two copies is the newer. */
  changes: number
  spent: readonly Spending[]
  /** Of trainings that have not ended, or whose process was killed: nothing of them was shown to anybody. One for each node at most. */
  reserved: readonly (readonly PrivacyEvent[])[]
  /** What a training costs today. */
  planned?: readonly PrivacyEvent[] | undefined
}

/** A budget and what is left of it. */
export interface PrivacyReport {
  /** The budget. */
  epsilon: number
  delta: number
  /** ε of all steps charged so far. */
  spent: number
  rounds: number
  steps: number
  /** Rounds that the budget still pays for at today's noise; left out while no training has said what it costs. */
  roundsLeft?: number
}

/** Everything that counts as spent: also what is reserved. */
function chargesOf({ spent, reserved }: Pick<LedgerState, 'spent' | 'reserved'>): PrivacyEvent[] {
  return [...spent, ...reserved.flat()]
}

/** A ledger in which nothing was spent. */
export const NOTHING_SPENT: LedgerState = { changes: 0, spent: [], reserved: [] }

/**
 * @example reportOf({ epsilon: 8, delta: 1e-5 }, {
 *   ...NOTHING_SPENT,
 *   spent: [{ noiseMultiplier: 1.1, samplingRate: 0.05, steps: 200, rounds: 10 }],
 * })
 */
export function reportOf({ epsilon, delta }: PrivacyBudget, state: LedgerState): PrivacyReport {
  const budget = { epsilon, delta }
  const charges = chargesOf(state)
  const { planned } = state
  return {
    ...budget,
    spent: epsilonOf(charges, budget.delta),
    rounds: state.spent.reduce((sum, { rounds }) => sum + rounds, 0) + state.reserved.length,
    steps: charges.reduce((sum, { steps }) => sum + steps, 0),
    ...(planned && { roundsLeft: roundsLeft(budget, charges, planned) }),
  }
}

/** Most rounds that a report counts: a larger number is "many". */
const MANY = 1_000_000

/** Whole rounds of the planned steps that fit into the budget beside what is charged. */
function roundsLeft(budget: PrivacyBudget, charges: readonly PrivacyEvent[], planned: readonly PrivacyEvent[]): number {
  const [only] = planned
  if (planned.length === 1 && only!.steps > 0) return Math.min(MANY, Math.floor(stepsLeft(charges, only!, budget) / only!.steps))
  // Several kinds of steps in one round: by halves, because the cost grows with the rounds.
  const fits = (rounds: number): boolean =>
    epsilonOf([...charges, ...planned.map((event) => ({ ...event, steps: rounds * event.steps }))], budget.delta) <=
    budget.epsilon
  let [low, high] = [0, MANY]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (fits(middle)) low = middle
    else high = middle - 1
  }
  return low
}
