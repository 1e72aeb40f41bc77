import { decide, eventOf, initialRoundState, reduceRound, selfWith, validateMessage } from '../../../../src/protocol/index.ts'
import type { Address, Message, RoundEffect, RoundEvent, RoundPlan, RoundState } from '../../../../src/protocol/index.ts'
import { TEST_DOMAIN } from '../signed-round.ts'
import { TASK } from '../random-round.ts'

/** A node that follows the protocol: the round machine of `src/protocol`, without storage and network. */
export class LifeNode {
  readonly owner: Address
  /** Of the member; undefined for the operator. */
  readonly slot: number | undefined
  state: RoundState

  constructor(owner: Address, slot: number | undefined, plan: RoundPlan) {
    this.owner = owner
    this.slot = slot
    this.state = initialRoundState(plan)
  }

  dispatch(event: RoundEvent): void {
    this.state = reduceRound(this.state, event)
  }

  /** Judges a message as it would come by gossip. @returns whether the node passes it on */
  async hear(message: Message): Promise<boolean> {
    const { round } = this.state.plan
    const { verdict } = await validateMessage(
      {
        domain: TEST_DOMAIN,
        task: TASK,
        roundState: (asked) => (asked === round ? this.state : undefined),
        latestRound: () => round,
      },
      message,
    )
    const event = verdict === 'accept' ? eventOf(message) : undefined
    if (!event) return false
    this.dispatch(event)
    return true
  }

  owes(): RoundEffect[] {
    const duties = this.slot === undefined ? (['hold', 'seal', 'build', 'post'] as const) : (['hold', 'train', 'commit'] as const)
    // The operator holds updates silently.
    const effects = decide(this.state, selfWith(this.owner, duties))
    return this.slot === undefined ? effects.filter(({ type }) => type !== 'attest') : effects
  }
}
