import { encodeOpening, sealParts } from '../../src/judge/index.ts'
import type { ClaimParts } from '../../src/judge/index.ts'
import { computeFromRecord, keepEvidence, publishSeal, rowsToSeal } from '../../src/node/index.ts'
import { claimEvent } from '../../src/node/index.ts'
import type { DutyNeeds, NodePorts, RoundDuties } from '../../src/node/index.ts'
import { claimHash, recordOf } from '../../src/protocol/index.ts'
import type { RoundRecord, SealedCommitment } from '../../src/protocol/index.ts'
import type { ComputedClaim } from '../../src/replay/index.ts'

/**
 * A lie that an operator tells in one round, for drills and tests: each part says what it tells instead of the truth it is given. Absent parts are told truly.
 */
export interface ClaimFault {
  /** The round of the lie; every other is honest. */
  round: bigint
  /** Rows sealed, of those an honest operator would seal. */
  seal?(rows: readonly SealedCommitment[]): SealedCommitment[]
  /** Rows of a second seal, signed and published just before the claim is posted. */
  secondSeal?(rows: readonly SealedCommitment[]): SealedCommitment[]
  /** What is told of the statements of the round; the claim is computed over it. */
  record?(record: RoundRecord, voice: NodePorts['voice']): Promise<RoundRecord>
  /** What is posted, opened: every root is taken over it. */
  claim?(parts: ClaimParts): ClaimParts
  /** Serves neither evidence nor opening. */
  withhold?: boolean
}

/**
 * The duties of an operator that tells a lie in one round, made from those of an honest one. No configuration and no option of the ordinary program leads here.
 *
 * @example await runCoordinator({ path, json: true, decorate: lying(claimFault('gram', 3n)) })
 */
export function lying(fault: ClaimFault): (duties: RoundDuties, needs: DutyNeeds) => RoundDuties {
  return (honest, { ports, events }) => ({
    ...honest,
    seal: {
      async seal(effect, state, signal) {
        const { round, members } = state.plan
        if (round !== fault.round || !fault.seal) return honest.seal!.seal!(effect, state, signal)
        const { voice, logger } = ports
        const rows = voice.once('seal', `${round}`, () => fault.seal!(rowsToSeal(state)))
        const signature = await publishSeal(ports, round, rows)
        logger.info({ round, sealed: rows.length, members: members.length }, 'sealed')
        return [{ type: 'seal', rows, signature, operator: voice.owner, operatorKey: voice.key }]
      },
    },
    build: {
      async build(effect, state, signal) {
        const { round, base } = state.plan
        if (round !== fault.round) return honest.build!.build!(effect, state, signal)
        const parent = await ports.stores.states.waitFor(base, signal)
        const truth = recordOf(ports.task.domain, state)
        const record = (await fault.record?.(truth, ports.voice)) ?? truth
        const computed = toldOf(await computeFromRecord(ports, record, parent, signal), fault)
        // A lie makes no state: whoever told it goes on from what the chain will let stand.
        if (!fault.withhold) await keepEvidence(ports, round, computed)
        events.emit(claimEvent('built', round, computed))
        return [{ type: 'built', claimHash: computed.claimHash, claim: computed.claim }]
      },
    },
    post: {
      ...honest.post,
      async post(effect, state, signal) {
        const { round } = state.plan
        if (round === fault.round && state.seal && fault.secondSeal)
          await publishSeal(ports, round, fault.secondSeal(state.seal.rows))
        return honest.post!.post!(effect, state, signal)
      },
    },
  })
}

/** The claim over what the operator tells. */
function toldOf(computed: ComputedClaim, fault: ClaimFault): ComputedClaim {
  if (!fault.claim) return computed
  const parts = fault.claim(computed.parts)
  const claim = sealParts(parts)
  const hash = claimHash(parts.task, parts.round, claim)
  return { ...computed, parts, rows: parts.rows, claim, claimHash: hash, opening: () => encodeOpening(parts) }
}
