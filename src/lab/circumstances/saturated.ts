import type { Circumstance } from './circumstance.ts'

/** The task's updates are eight times finer than they should be, so that every member's meet the int8 bound in many coordinates. */
export const saturated: Circumstance = {
  name: 'saturated',
  description: 'the update exponent of the task is 3 too small, so updates of all members overflow int8 in part',
  exponentShift: -3,
}
