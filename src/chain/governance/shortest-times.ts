import { FULL_COURT_WINDOW } from '../actions/deploy-court.ts'

/** The shortest times that the contracts of a deployment allow its tasks, seconds. They are fixed when the contracts are deployed. */
export interface ShortestTimes {
  /** Commit window (`TaskRules.MIN_COMMIT`). */
  commit: number
  /** Reveal, attest and post window (`TaskRules.MIN_WINDOW`). */
  window: number
  /** Challenge window (`TaskRules.MIN_CHALLENGE`). It also lasts eight windows of the court. */
  challenge: number
  /** What the court waits for an answer (`DataCourt.minWindow`). */
  court: number
  /** From when on stake and keys count in a drawn task (`TaskRules.ENTRY_DELAY`). */
  entry: number
}

/** Anything goes: for tests, demos and development chains, where nobody floods a block. */
export const DEVELOPMENT_TIMES: ShortestTimes = { commit: 1, window: 1, challenge: 1, court: 1, entry: 1 }

const MIN_WINDOW = 60
const BLOCKS_IN_A_WINDOW = 5
const BLOCKS_IN_A_COMMIT_WINDOW = 8
const MIN_CHALLENGE = 3600
/** Two epochs of 32 slots of 12 s: who proposes several blocks in a row learns a seed early, and moves no stake for it. */
const ENTRY_DELAY = 768

/**
 * Every window leaves time for five blocks and for a minute, so that a transaction of the window's end is not late because
 * of one slow block. The commit window leaves time for eight blocks: a member without a receipt forces its commitment in
 * the last quarter of that window, which is two of them.
 *
 * @param blockSeconds time between two blocks of the chain
 * @example shortestTimes(12) // { commit: 96, window: 60, challenge: 3600, court: 1310, entry: 768 }
 */
export function shortestTimes(blockSeconds: number): ShortestTimes {
  const window = Math.max(MIN_WINDOW, BLOCKS_IN_A_WINDOW * blockSeconds)
  const commit = Math.max(window, BLOCKS_IN_A_COMMIT_WINDOW * blockSeconds)
  return { commit, window, challenge: MIN_CHALLENGE, court: FULL_COURT_WINDOW, entry: ENTRY_DELAY }
}
