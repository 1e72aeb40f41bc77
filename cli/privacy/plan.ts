import type { Command } from 'commander'
import { createOutput } from '../../src/console/index.ts'
import { makePlan } from './make-plan.ts'
import { addTrainingOptions, deltaWarning, positiveDecimal, samplingRateOf } from './options.ts'
import type { TrainingFlags } from './options.ts'
import { tellPlan } from './tell.ts'

/** `quorate privacy plan`: the noise that keeps a budget. */
export default function planCommand(privacy: Command): void {
  addTrainingOptions(
    privacy
      .command('plan')
      .description('find the noise that keeps a budget over all rounds, and say what other noise allows')
      .requiredOption('--epsilon <number>', 'the most that the updates may tell about one record', positiveDecimal),
  ).action((flags: TrainingFlags & { epsilon: number }) => {
    const { epsilon, delta, rounds, stepsPerRound, json } = flags
    const output = createOutput(json)
    const warning = deltaWarning(flags)
    if (warning !== undefined) output.story(warning)
    const plan = makePlan({ budget: { epsilon, delta }, samplingRate: samplingRateOf(flags), rounds, stepsPerRound })
    output.result({ event: 'privacy-plan', ok: true, ...plan }, tellPlan(plan, flags))
  })
}
