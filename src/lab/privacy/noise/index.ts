/** What differential privacy costs in accuracy. */
export { trainingWithin } from './training-within.ts'
export type { LabPrivacy } from './training-within.ts'
