/**
 * Attacks of several members in concert on what is public after reveal, for the lab. Each is one file, a `CoalitionAttack` with parameters that a search can
 * move, and a line here.
 *
 * @example tuned(framing, { push: 1.5 }).parameters.push.value // 1.5
 */
import type { CoalitionAttack } from './coalition-attack.ts'
import { colludingNoise } from './colluding-noise.ts'
import { framing } from './framing.ts'
import { labelShift } from './label-shift.ts'
import { oldRows } from './old-rows.ts'
import { resonance } from './resonance.ts'
import { rewinding } from './rewinding.ts'
import { semanticBackdoor } from './semantic-backdoor.ts'
import { sparseBusy, sparseOutput, sparseQuiet } from './sparse.ts'
import { staleSteps } from './stale-steps.ts'
import { turns } from './turns.ts'

export type { CoalitionAttack, CoalitionContext } from './coalition-attack.ts'
export { admissibleValue, parseTuning, tuned, tuningText, valuesOf } from './parameters.ts'
export type { Parameter, Parameters, Values } from './parameters.ts'
export { REMEMBERED } from './public-history.ts'
export type { PublicHistory, PublicRound } from './public-history.ts'

export const COALITION_ATTACKS: readonly CoalitionAttack[] = [
  framing,
  colludingNoise,
  staleSteps,
  oldRows,
  resonance,
  sparseQuiet,
  sparseBusy,
  sparseOutput,
  turns,
  rewinding,
  labelShift,
  semanticBackdoor,
]
