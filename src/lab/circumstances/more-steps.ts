import type { Circumstance } from './circumstance.ts'

const FACTOR = 10

/** The odd members do ten times the local steps that the task asks for. */
export const moreSteps: Circumstance = {
  name: 'more-steps',
  description: `it does ${FACTOR} times the local steps`,
  local: (local) => ({ ...local, epochs: FACTOR * local.epochs }),
}
