import type { MessageInitShape } from '@bufbuild/protobuf'
import { attestEnd, deadlines, fromHex, phaseOf, revealEnd } from '../../src/protocol/index.ts'
import type { RoundState } from '../../src/protocol/index.ts'
import { Phase } from '../../src/protocol/gen/quorate/v1/coordinator_pb.ts'
import type { RoundViewSchema } from '../../src/protocol/gen/quorate/v1/coordinator_pb.ts'

const PHASES = { commit: Phase.COMMIT, reveal: Phase.REVEAL, attest: Phase.ATTEST, post: Phase.POST, agree: Phase.AGREE }

/** A round as watchers see it. */
export function roundView(state: RoundState): MessageInitShape<typeof RoundViewSchema> {
  const phase = phaseOf(state)
  const ends = deadlines(state)
  const end = { commit: ends.commit, reveal: revealEnd(state), attest: attestEnd(state), post: ends.post, agree: 0 }[phase]
  return {
    task: state.plan.task,
    round: state.plan.round,
    phase: PHASES[phase],
    // Watchers go by the chain's clock.
    deadline: BigInt(end === 0 ? 0 : end + (state.plan.paused ?? 0)),
    committed: state.commitments.size,
    revealed: state.reveals.size,
    attested: state.attestations.size,
    agreed: state.agreements.size,
    members: state.plan.members.length,
    claimHash: state.posted ? fromHex(state.posted.claimHash) : new Uint8Array(),
  }
}
