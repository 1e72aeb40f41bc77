import { recordOf } from '../../src/protocol/index.ts'
import { computeFromRecord, keep } from '../../src/node/index.ts'
import type { ComputedClaim, EffectHandler, RoundContext } from '../../src/node/index.ts'

/** Performs `build`: aggregates the round and stores its evidence, so that peers can fetch it the moment the claim is posted. */
export function buildHandler(
  context: RoundContext,
  onBuilt?: (round: bigint, computed: ComputedClaim) => void,
): EffectHandler<'build'> {
  return async (_effect, state, signal) => {
    const { round, base } = state.plan
    const parent = await context.states.waitFor(base, signal)
    const computed = await computeFromRecord(context, recordOf(context.domain, state), parent, signal)
    await keep(context, round, computed)
    context.logger.info({ round, claimHash: computed.claimHash, rows: computed.rows.length }, 'claim built')
    onBuilt?.(round, computed)
    return [{ type: 'built', claimHash: computed.claimHash, claim: computed.claim }]
  }
}
