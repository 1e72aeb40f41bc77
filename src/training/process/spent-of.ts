import { QuorateError } from '../../core/errors.ts'
import type { PushHead } from '../../protocol/gen/quorate/v1/trainer_pb.ts'
import type { PrivacyEvent } from '../../privacy/index.ts'

/** Groups of steps that a result may list: a program changes noise or batches a few times in a round at most. */
const MOST = 64

/**
 * The steps with noise that a result has seen; undefined when the program says nothing of any.
 *
 * @throws QuorateError TRAINER_FAILED for numbers that no accountant takes
 */
export function spentOf({ spent }: Pick<PushHead, 'spent'>): PrivacyEvent[] | undefined {
  if (spent.length === 0) return undefined
  if (spent.length > MOST) throw refused(`lists ${spent.length} groups of steps; a node takes ${MOST}`)
  return spent.map(({ noiseMultiplier, samplingRate, steps }) => {
    if (!(noiseMultiplier >= 0)) throw refused(`says the noise multiplier ${noiseMultiplier}`)
    if (!(samplingRate >= 0 && samplingRate <= 1)) throw refused(`says the sampling rate ${samplingRate}`)
    if (steps > BigInt(Number.MAX_SAFE_INTEGER)) throw refused(`says ${steps} steps`)
    return { noiseMultiplier, samplingRate, steps: Number(steps) }
  })
}

function refused(problem: string): QuorateError {
  return new QuorateError('TRAINER_FAILED', `the trainer ${problem}, which nobody can charge to a budget`)
}
