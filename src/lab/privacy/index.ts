/**
 * Attacks on the project's own claims of privacy (docs/privacy.md): what the update of a member tells to those who see it, in each setting, and what the settings cost.
 *
 * Needs a data set and a tfjs back end. The members are real trainers; what is seen is the int8 update, or the sum of a bucket.
 */
export * from './inversion/index.ts'
export * from './membership/index.ts'
export * from './noise/index.ts'
export { appendLine, readLines } from './json-lines.ts'
export { membersSeen, parseView, viewTitle } from './views.ts'
export type { View } from './views.ts'
