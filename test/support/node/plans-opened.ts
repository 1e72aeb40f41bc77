import { initialRoundState } from '../../../src/protocol/index.ts'
import type { RoundPlan } from '../../../src/protocol/index.ts'
import type { ChainFeedOptions } from '../../../src/node/chain/chain-feed.ts'

/** Rounds that a feed opens, and that hold nothing: what it opens is kept in `opened`. */
export function plansOpened(opened: RoundPlan[]): ChainFeedOptions['rounds'] {
  return {
    state: () => undefined,
    states: () => [],
    open(plan) {
      opened.push(plan)
      return initialRoundState(plan)
    },
    dispatch: () => {},
    close: () => {},
    settle: () => {},
    tick: () => {},
  }
}
