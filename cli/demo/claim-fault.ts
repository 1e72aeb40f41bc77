import { postClaim } from '../../src/chain/index.ts'
import { encodeOpening, sealParts } from '../../src/judge/index.ts'
import type { ClaimParts } from '../../src/judge/index.ts'
import { computeFromRecord, keepEvidence, rowsToSeal } from '../../src/node/index.ts'
import { claimEvent } from '../../src/node/index.ts'
import type { DutyNeeds, NodePorts, RoundDuties } from '../../src/node/index.ts'
import { claimHash, recordOf } from '../../src/protocol/index.ts'
import type { RoundRecord, RoundState, SealedCommitment } from '../../src/protocol/index.ts'
import type { ComputedClaim } from '../../src/replay/index.ts'

/**
 * A false claim by an operator in one round, for demonstrations and tests. Each field replaces a part of the honest
 * claim. Parts without a field stay honest.
 */
export interface ClaimFault {
  /** The round of the false claim; all other rounds are honest. */
  round: bigint
  /** The sealed rows, from the rows that an honest operator would seal. */
  seal?(rows: readonly SealedCommitment[]): SealedCommitment[]
  /** The record of the round's statements; the claim is computed over it. */
  record?(record: RoundRecord, voice: NodePorts['voice']): Promise<RoundRecord>
  /** The posted claim with its leaves: every root is computed over them. */
  claim?(parts: ClaimParts): ClaimParts
  /** Serves neither evidence nor opening. */
  withhold?: boolean
}

/**
 * Duties of an operator that posts a false claim in one round, made from the duties of an honest operator. No
 * configuration and no option of the ordinary program enables them.
 *
 * @example await runCoordinator({ path, json: true, decorate: lying(claimFault('gram', 3n)) })
 */
export function lying(fault: ClaimFault): (duties: RoundDuties, needs: DutyNeeds) => RoundDuties {
  return (honest, { ports, events, sender }) => {
    const tell = async (state: RoundState, signal: AbortSignal): Promise<ComputedClaim> => {
      const { round, base } = state.plan
      const parent = await ports.stores.states.waitFor(base, signal)
      const truth = recordOf(ports.task.domain, state)
      const record = (await fault.record?.(truth, ports.voice)) ?? truth
      const computed = toldOf(await computeFromRecord(ports, record, parent, signal), fault)
      // A false claim makes no state: the operator continues from the claim that will stand.
      if (!fault.withhold) await keepEvidence(ports, round, computed)
      events.emit(claimEvent('built', round, computed))
      return computed
    }
    return {
      ...honest,
      seal: {
        ...honest.seal,
        async list(effect, state, signal) {
          if (state.plan.round !== fault.round || !fault.seal) return honest.seal!.list!(effect, state, signal)
          return [{ type: 'list', rows: fault.seal(rowsToSeal(state)), known: state.commitments.size }]
        },
      },
      build: {
        async build(effect, state, signal) {
          if (state.plan.round !== fault.round) return honest.build!.build!(effect, state, signal)
          const { claimHash: hash, claim } = await tell(state, signal)
          return [{ type: 'built', openedAt: state.plan.openedAt, over: state.sealed!.digest, claimHash: hash, claim }]
        },
      },
      post: {
        ...honest.post,
        /** An honest operator announces first what its claim uses: who withholds posts alone. */
        async post(effect, state, signal) {
          const { plan, built, sealed } = state
          if (plan.round !== fault.round || !fault.withhold || !built || !sealed) return honest.post!.post!(effect, state, signal)
          const { id: task, domain } = ports.task
          const { round, openedAt } = plan
          const call = { ledger: domain.ledger, task, round, openedAt, digest: sealed.digest, claim: built.claim, signal }
          const { hash, gasUsed, blockNumber } = await postClaim(sender, call)
          events.emit({ event: 'posted', round, transaction: hash, gasUsed, block: blockNumber })
          return [{ type: 'posted', ...built, operator: ports.voice.owner }]
        },
        /** Members attest to no list that leaves out a receipt. An honest operator ends such a round; this one posts all the same. */
        async fail(effect, state, signal) {
          const { plan, seal, sealed } = state
          if (plan.round !== fault.round || !fault.seal || !seal || !sealed) return honest.post!.fail!(effect, state, signal)
          const { claimHash: hash, claim } = await tell(state, signal)
          const post = { type: 'post', key: `${plan.round}:post:${hash}`, claimHash: hash } as const
          return honest.post!.post!(post, { ...state, built: { digest: sealed.digest, claimHash: hash, claim } }, signal)
        },
      },
    }
  }
}

/** The claim over the changed parts. */
function toldOf(computed: ComputedClaim, fault: ClaimFault): ComputedClaim {
  if (!fault.claim) return computed
  const parts = fault.claim(computed.parts)
  const claim = sealParts(parts)
  const hash = claimHash(parts.task, parts.round, claim)
  return { ...computed, parts, rows: parts.rows, claim, claimHash: hash, opening: () => encodeOpening(parts) }
}
