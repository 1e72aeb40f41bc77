import { deadlines } from '../../src/protocol/index.ts'
import type { RoundState } from '../../src/protocol/index.ts'

/**
 * When a training shall end with what it has: it leaves the last quarter of the commit window, in which a member whose operator does not answer puts its
 * commitment on chain. A training that begins late gets half of the time that is left.
 *
 * @param now unix milliseconds
 * @returns unix milliseconds
 */
export function trainingDeadline(state: Pick<RoundState, 'plan' | 'sealed' | 'now'>, now: number): number {
  const { commit } = deadlines(state)
  const left = commit - state.now
  return now + 1000 * Math.max(left - state.plan.windows.commit / 4, left / 2, 0)
}
