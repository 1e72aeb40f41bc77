import { Verdict } from '../../../protocol/types.ts'
import { dot, norm, plus } from '../vectors.ts'
import type { CoalitionAttack, CoalitionContext } from './coalition-attack.ts'
import { atLength, usualLength } from './lengths.ts'
import { UPDATE_LENGTH } from './update-length.ts'

/**
 * Makes an honest member look like a poisoner. A rule measures oddness from a centre of which F belongs to the attackers. Every row of the coalition is an
 * honest one with the victim's own direction taken off, so that the victim's cosine to the centre falls and nobody else's does. The victim's row of this
 * round is not known; that of two rounds ago predicts it, because local training swings with period two.
 *
 * Where it attacks in every round, the model moves away from the victim, and the rows of the others then pull it back and support the victim. In turns with honest rounds it does not get so far.
 *
 * Knows: public rows of past rounds and own data. The victim is the outsider whose rows lay farthest from the public steps so far, and stays the victim until
 * it is quarantined.
 */
export const framing: CoalitionAttack<'push' | 'lag' | 'beside' | 'length' | 'start' | 'period'> = {
  name: 'framing',
  description: 'takes the direction of one unusual honest member off its own updates, so that the rule rejects that member',
  paper:
    "after Karimireddy, He, Jaggi 2022 (mimic), turned round; Shafer 2021, Testing by betting, for what is aimed at: the victim's bet",
  parameters: {
    push: { description: "length of the victim's direction beside an own update of length 1", least: 0, most: 4, value: 2 },
    lag: { description: 'rounds back to the row that predicts the victim', least: 1, most: 4, value: 2, whole: true },
    beside: { description: 'share of the public step that is taken out of that row', least: 0, most: 1, value: 1 },
    length: { ...UPDATE_LENGTH, value: 1.1 },
    start: { description: 'the first round that it attacks in', least: 3, most: 16, value: 3, whole: true },
    period: {
      description: 'rounds from one attack to the next; it is honest in between',
      least: 1,
      most: 6,
      value: 1,
      whole: true,
    },
  },
  conspire(context, { push, lag, beside, length, start, period }) {
    const { own, history, round } = context
    const victim = victimOf(context)
    if (round < start || (round - start) % period !== 0) return [...own]
    const past = history.ago(lag)
    const row = victim === undefined ? undefined : past?.row(victim)
    if (!past || !row) return [...own]
    const apart = atLength(plus(row, past.step, -beside * along(row, past.step)), 1)
    const target = length * usualLength(context)
    return own.map((update) => atLength(plus(atLength(update, 1), apart, -push), target))
  },
}

/** The outsider to frame: the one of least mean cosine to the steps; undefined before there was a round. */
function victimOf({ history, slots, memory }: CoalitionContext): number | undefined {
  const last = history.ago(1)
  if (!last) return undefined
  const counts = (slot: number): boolean => last.slots.includes(slot) && last.verdict(slot) !== Verdict.quarantined
  const known = memory.get('victim') as number | undefined
  if (known !== undefined && counts(known)) return known
  // One round says little about a member; before the second nobody is framed.
  if (history.length < 2) return undefined
  const outsiders = last.slots.filter((slot) => !slots.includes(slot) && counts(slot))
  const fits = outsiders.map((slot) => ({ slot, fit: meanCosine(history, slot) }))
  const victim = fits.reduce<(typeof fits)[number] | undefined>(
    (best, one) => (best && best.fit <= one.fit ? best : one),
    undefined,
  )
  if (victim) memory.set('victim', victim.slot)
  return victim?.slot
}

function meanCosine(history: CoalitionContext['history'], slot: number): number {
  const rounds = Array.from({ length: history.length }, (_, k) => history.ago(k + 1)!)
  const cosines = rounds.flatMap((past) => {
    const row = past.row(slot)
    const scale = row ? norm(row) * norm(past.step) : 0
    return scale > 0 ? [dot(row!, past.step) / scale] : []
  })
  return cosines.reduce((sum, cosine) => sum + cosine, 0) / Math.max(1, cosines.length)
}

/** How often `direction` goes into `row`. */
function along(row: Float32Array, direction: Float32Array): number {
  const square = dot(direction, direction)
  return square > 0 ? dot(row, direction) / square : 0
}
