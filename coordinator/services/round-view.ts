import type { MessageInitShape } from '@bufbuild/protobuf'
import { roundEvent } from '../../src/node/index.ts'
import { fromHex } from '../../src/protocol/index.ts'
import type { RoundState } from '../../src/protocol/index.ts'
import { Phase } from '../../src/protocol/gen/quorate/v1/coordinator_pb.ts'
import type { RoundViewSchema } from '../../src/protocol/gen/quorate/v1/coordinator_pb.ts'

const PHASES = { commit: Phase.COMMIT, reveal: Phase.REVEAL, attest: Phase.ATTEST, post: Phase.POST, agree: Phase.AGREE }

/** A round as watchers see it. @param agreed members that are known to agree to its claim */
export function roundView(state: RoundState, agreed: number): MessageInitShape<typeof RoundViewSchema> {
  const { event: _event, phase, deadline, ...counts } = roundEvent(state, agreed)
  return {
    task: state.plan.task,
    ...counts,
    phase: PHASES[phase],
    deadline: BigInt(deadline),
    claimHash: state.posted ? fromHex(state.posted.claimHash) : new Uint8Array(),
  }
}
