import { noise, plus } from '../vectors.ts'
import type { CoalitionAttack } from './coalition-attack.ts'
import { atLength, usualLength } from './lengths.ts'
import { UPDATE_LENGTH } from './update-length.ts'

/**
 * Pay without work: a random mix of the rows that the other members revealed some rounds ago. What a member's data ask for persists from round to round, so that such a mix agrees with some honest
 * rows and opposes others, as training does; and it is no public step, which novelty would take out.
 *
 * Knows: past rows. Trains nothing; sends noise until there are rows.
 */
export const oldRows: CoalitionAttack<'lag' | 'rounds' | 'noise' | 'length'> = {
  name: 'old-rows',
  description: 'sends a random mix of what the other members sent some rounds ago, trains nothing',
  paper:
    'Fraboni, Vidal, Lorenzi 2021, Free-rider Attacks on Model Aggregation in Federated Learning (disguised), with rows of members',
  idle: true,
  parameters: {
    lag: { description: 'rounds back to the newest rows', least: 1, most: 6, value: 2, whole: true },
    rounds: { description: 'rounds whose rows are mixed', least: 1, most: 4, value: 1, whole: true },
    noise: { description: 'length of the noise of each row beside a mix of length 1', least: 0, most: 3, value: 0.1 },
    length: UPDATE_LENGTH,
  },
  conspire(context, { lag, rounds, noise: share, length }) {
    const { layout, random, own, slots: ours, history } = context
    const target = length * usualLength(context)
    const past = Array.from({ length: rounds }, (_, i) => history.ago(lag + i) ?? history.ago(1)).filter(
      (round) => round !== undefined,
    )
    return own.map(() => {
      const jitter = noise(layout, 1, random)
      // One factor for a member in all rounds, so that what persists of it adds up.
      const factors = new Map<number, number>()
      const mix = past
        .flatMap((round) => round.slots.filter((slot) => !ours.includes(slot)).map((slot) => ({ slot, row: round.row(slot) })))
        .reduce<Float32Array | undefined>((sum, { slot, row }) => {
          if (!row) return sum
          const factor = factors.get(slot) ?? random.normal()
          factors.set(slot, factor)
          return plus(sum ?? new Float32Array(row.length), atLength(row, 1), factor)
        }, undefined)
      return atLength(mix ? plus(atLength(mix, 1), jitter, share) : jitter, target)
    })
  },
}
