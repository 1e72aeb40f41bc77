/**
 * Finds the first wrong leaf of an opened claim by comparing it with a replay, one file for each group of trees, and hands it to the builder of the proof.
 *
 * @example const proof = await findFraud(posted, known, honest)
 */
export { admittedRows, sameWeights } from './admitted-rows.ts'
export { findFraud, leafFraud } from './find-fraud.ts'
export { normFraud, rightGram } from './gram-fraud.ts'
export { transitionFraudAt } from './step-fraud.ts'
export { rightTrace, traceFraudAt, verdictFraud } from './trace-fraud.ts'
