import { claimHash, recordOf } from '../../src/protocol/index.ts'
import { encodeOpening, sealParts } from '../../src/judge/index.ts'
import { computeFromRecord, keep, keepEvidence } from '../../src/node/index.ts'
import type { EffectHandler, RoundContext } from '../../src/node/index.ts'
import type { ComputedClaim } from '../../src/replay/index.ts'
import { faultOf } from './claim-fault.ts'
import type { ClaimFault } from './claim-fault.ts'

export interface BuildNeeds extends RoundContext {
  onBuilt?: (round: bigint, computed: ComputedClaim) => void
  fault?: ClaimFault
}

/** Performs `build`: aggregates the round and stores its evidence, so that peers can fetch it the moment the claim is posted. */
export function buildHandler(needs: BuildNeeds): EffectHandler<'build'> {
  return async (_effect, state, signal) => {
    const { round, base } = state.plan
    const fault = faultOf(needs.fault, round)
    const parent = await needs.states.waitFor(base, signal)
    const truth = recordOf(needs.domain, state)
    const record = (await fault?.record?.(truth, needs)) ?? truth
    const computed = toldOf(await computeFromRecord(needs, record, parent, signal), fault)
    if (!fault) await keep(needs, round, computed)
    // A lie makes no state: whoever told it goes on from what the chain will let stand.
    else if (!fault.withhold) await keepEvidence(needs, round, computed)
    needs.logger.info({ round, claimHash: computed.claimHash, rows: computed.rows.length }, 'claim built')
    needs.onBuilt?.(round, computed)
    return [{ type: 'built', claimHash: computed.claimHash, claim: computed.claim }]
  }
}

/** The claim over what the operator tells. */
function toldOf(computed: ComputedClaim, fault: ClaimFault | undefined): ComputedClaim {
  if (!fault?.claim) return computed
  const parts = fault.claim(computed.parts)
  const claim = sealParts(parts)
  const hash = claimHash(parts.task, parts.round, claim)
  return { ...computed, parts, rows: parts.rows, claim, claimHash: hash, opening: () => encodeOpening(parts) }
}
