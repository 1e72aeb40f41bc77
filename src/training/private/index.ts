/**
 * Training with example-level differential privacy (docs/privacy.md).
 *
 * Needs: what a member decided (`PrivateTraining`), the network, its records.
 * Makes: trained weights with noise, and what they cost (`PrivacyEvent`), which the node keeps book of.
 */
export { plannedSteps } from './settings.ts'
export type { PrivateTraining } from './settings.ts'
export { refuseMixing } from './refuse-mixing.ts'
export { addIntegerNoise, exactSkellam } from './exact-skellam.ts'
export { secretWords } from './secret-random.ts'
export { trainPrivately } from './private-training.ts'
