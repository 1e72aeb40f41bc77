import type { Command } from 'commander'
import { createOutput } from '../../src/console/index.ts'
import { stepsLeft } from '../../src/privacy/index.ts'
import { spentAfter } from './make-plan.ts'
import { addTrainingOptions, deltaWarning, positiveDecimal, samplingRateOf } from './options.ts'
import type { TrainingFlags } from './options.ts'
import { tellSpent, tellTraining } from './tell.ts'

interface SpentFlags extends TrainingFlags {
  noise: number
  epsilon?: number
}

/** `quorate privacy spent`: what rounds of a known noise cost. */
export default function spentCommand(privacy: Command): void {
  addTrainingOptions(
    privacy
      .command('spent')
      .description('say what rounds of a known noise have spent, and how many rounds a budget has left')
      .requiredOption('--noise <multiplier>', 'standard deviation of the noise in clipping norms', positiveDecimal)
      .option('--epsilon <number>', 'budget; also says how many rounds are left', positiveDecimal),
  ).action((flags: SpentFlags) => {
    const { noise: noiseMultiplier, epsilon, delta, rounds, stepsPerRound, json } = flags
    const output = createOutput(json)
    const warning = deltaWarning(flags)
    if (warning !== undefined) output.story(warning)
    const step = { noiseMultiplier, samplingRate: samplingRateOf(flags) }
    const spent = spentAfter(step, rounds, stepsPerRound, delta)
    const events = [{ ...step, steps: rounds * stepsPerRound }]
    const roundsLeft = epsilon === undefined ? undefined : Math.floor(stepsLeft(events, step, { epsilon, delta }) / stepsPerRound)
    output.result(
      { event: 'privacy-spent', ok: true, delta, ...step, ...spent, steps: rounds * stepsPerRound, roundsLeft },
      [
        ...tellTraining(flags),
        '',
        ...tellSpent([spent]),
        ...(roundsLeft === undefined ? [] : ['', `Rounds left until epsilon ${epsilon}: ${roundsLeft.toLocaleString('en')}`]),
      ].join('\n'),
    )
  })
}
