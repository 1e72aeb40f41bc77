import { z } from 'zod'
import { pathField } from './fields.ts'

/** `[privacy]` of a member: what its owner allows others to learn of one record, and how training keeps to it. */
export function privacySection(folder: string) {
  return z
    .strictObject({
      epsilon: z
        .number()
        .positive('expected a number above 0: the smaller, the less is learned of one record; 1 to 8 are usual')
        .max(1000, 'expected at most 1000: a larger ε promises nothing')
        .meta({ example: 8 })
        .describe('The budget ε: the node takes part in no round that would spend more.'),
      delta: z
        .number()
        .positive('expected a number above 0')
        .max(0.01, 'expected at most 0.01, and below one over the number of your records')
        .meta({ example: 0.00001 })
        .describe('The chance δ that the promise fails, below one over the number of your records.'),
      clip: z
        .number()
        .positive('expected a number above 0: a gradient that may have no length teaches nothing')
        .max(1e6)
        .meta({ example: 1 })
        .describe(
          'Longest gradient of one record (L2); longer ones are shortened. What half of the gradients reach is a good start.',
        ),
      noise: z
        .number()
        .min(0.3, 'expected at least 0.3: less noise hides no record')
        .max(1000)
        .meta({ example: 1.1 })
        .describe('Noise multiplier σ: each step adds normal noise of the deviation `noise` · `clip`.'),
      batch: z
        .int('expected a whole number')
        .min(1, 'expected at least 1')
        .meta({ unit: 'records', example: 256 })
        .optional()
        .describe(
          'Records that a step draws on average. The batch size of the task if left out.\nEach record is drawn by itself, so that a batch has any size.',
        ),
      shareSpending: z
        .boolean()
        .default(true)
        .describe(
          'Tells the other members, signed, what each update spent ([privacy.md](privacy.md#what-members-state)): ε, δ, noise, sampling rate and steps.\nWho knows the batch learns the number of records from the sampling rate.',
        ),
      ledger: pathField(folder)
        .meta({ example: 'privacy.db' })
        .optional()
        .describe(
          'File that counts what was spent. The state folder has it if left out.\nNodes of one member that train on the same records name the same file on one machine, and spend together.',
        ),
    })
    .describe(
      'Trains with differential privacy: others learn next to nothing of one record ([privacy.md](privacy.md#in-the-member)). Off if left out.',
    )
}
