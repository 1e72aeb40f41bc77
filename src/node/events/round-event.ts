import { attestEnd, deadlines, phaseOf, revealEnd } from '../../protocol/index.ts'
import type { RoundState } from '../../protocol/index.ts'
import type { EventOf } from './catalogue.ts'

/** A round as this node sees it now. */
export function roundEvent(state: RoundState, agreed: number): EventOf<'round'> {
  const phase = phaseOf(state)
  const ends = deadlines(state)
  const end = { commit: ends.commit, reveal: revealEnd(state), attest: attestEnd(state), post: ends.post, agree: 0 }[phase]
  return {
    event: 'round',
    round: state.plan.round,
    phase,
    // Those who look go by the chain's clock.
    deadline: end === 0 ? 0 : end + (state.plan.paused ?? 0),
    members: state.plan.members.length,
    committed: state.commitments.size,
    revealed: state.reveals.size,
    attested: state.attestations.size,
    agreed,
  }
}
