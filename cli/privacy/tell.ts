import { plural } from '../../src/core/index.ts'
import type { PrivacyPlan, Spent } from './make-plan.ts'
import type { TrainingFlags } from './options.ts'

const COLUMN = 14

/** A plan for people. */
export function tellPlan(plan: PrivacyPlan, flags: TrainingFlags): string {
  const { budget, rounds, noiseMultiplier, spent, otherNoise } = plan
  return [
    `Noise for epsilon ${budget.epsilon} at delta ${budget.delta} over ${plural(rounds, 'round')}: ${noiseMultiplier} times the clipping norm`,
    '',
    ...tellTraining(flags),
    '',
    ...tellSpent(spent),
    '',
    `${'other noise'.padStart(COLUMN)}${'rounds'.padStart(COLUMN)}  until epsilon ${budget.epsilon} is spent`,
    ...otherNoise.map(
      (row) =>
        `${String(row.noiseMultiplier).padStart(COLUMN)}${row.rounds.toLocaleString('en').padStart(COLUMN)}${row.noiseMultiplier === noiseMultiplier ? '  this plan' : ''}`,
    ),
    '',
    'The counted epsilon is what nodes add up, and what ends a budget. docs/privacy.md says what it promises.',
  ].join('\n')
}

/** How the steps draw their records. */
export function tellTraining({ samples, batch, rounds, stepsPerRound }: TrainingFlags): string[] {
  const rate = Number((batch / samples).toPrecision(4))
  const steps = rounds * stepsPerRound
  return [
    `  sampling rate  ${rate}: each of ${samples.toLocaleString('en')} records enters a step by a throw of its own`,
    `  steps          ${steps.toLocaleString('en')}: ${stepsPerRound.toLocaleString('en')} in each of ${plural(rounds, 'round')}`,
  ]
}

/** What is spent, one line a milestone. */
export function tellSpent(spent: readonly Spent[]): string[] {
  const digits = (value: number | undefined): string => (value === undefined ? '–' : value.toFixed(3)).padStart(COLUMN)
  return [
    `${'after rounds'.padStart(COLUMN)}${'counted'.padStart(COLUMN)}${'tight'.padStart(COLUMN)}`,
    ...spent.map(
      ({ rounds, epsilonRdp, epsilonPld }) =>
        `${rounds.toLocaleString('en').padStart(COLUMN)}${digits(epsilonRdp)}${digits(epsilonPld)}`,
    ),
  ]
}
