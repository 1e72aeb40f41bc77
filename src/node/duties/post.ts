import { STATEMENTS, useOf, ZERO_HASH } from '../../protocol/index.ts'
import type { Claim, ClaimMessage, Hash, RoundPlan } from '../../protocol/index.ts'
import { isRoundOver } from '../../chain/index.ts'
import type { TransactionResult } from '../../chain/index.ts'
import { obtainRecord } from '../claims/obtain-record.ts'
import type { NodeEvents } from '../events/index.ts'
import type { NodePorts } from '../ports.ts'
import type { DutyHandlers } from './duty.ts'

export interface PostOptions {
  /** Sends the claim, or finds that it has landed already. @param openedAt chain time @param digest of the seal */
  post: (
    call: { round: bigint; openedAt: number; digest: Hash; claim: Claim },
    signal: AbortSignal,
  ) => Promise<Pick<TransactionResult, 'hash' | 'gasUsed' | 'blockNumber'>>
  /** What the claim waits for, since it opens the next round. Nothing by default. */
  ready?: (plan: RoundPlan, signal: AbortSignal) => Promise<void>
  /** Ends a round on the ledger, if it is still the open one. */
  failRound: (round: Pick<RoundPlan, 'round' | 'openedAt'>, signal: AbortSignal) => Promise<unknown>
  events: Pick<NodeEvents, 'emit'>
}

/**
 * Posts the claim; ends a round that gets none, so that the next can open.
 *
 * The operator announces the claim before it posts it. From the notice, peers make the record. An operator that is lost after the posting leaves a
 * claim that others can defend.
 */
export function post(
  ports: Pick<NodePorts, 'task' | 'stores' | 'supply' | 'voice' | 'logger'>,
  options: PostOptions,
): DutyHandlers<'post'> {
  const { logger } = ports
  const { events } = options
  return {
    async post({ claimHash }, state, signal) {
      const { built, plan, sealed } = state
      if (built?.claimHash !== claimHash || !sealed) return []
      const { claim } = built
      const { round, openedAt } = plan
      await options.ready?.(plan, signal)
      const notice = await noticeOf(ports, round, built, signal)
      await announce(ports, notice)
      const call = { round, openedAt, digest: sealed.digest, claim }
      const { hash, gasUsed, blockNumber } = await options.post(call, signal)
      logger.info({ round, claimHash, transaction: hash, gasUsed }, 'claim posted')
      events.emit({ event: 'posted', round, transaction: hash, gasUsed, block: blockNumber })
      await announce(ports, { ...notice, transaction: hash })
      // The operator need not wait for the event on chain. Other nodes do.
      return [{ type: 'posted', claimHash, claim, operator: ports.voice.owner }]
    },

    async fail({ reason }, state, signal) {
      const { round } = state.plan
      try {
        await options.failRound(state.plan, signal)
      } catch (error) {
        // Another account was faster, or the claim of the round is posted.
        if (!isRoundOver(error)) throw error
        logger.debug({ round, reason }, 'the round was over already')
        return []
      }
      logger.warn({ round, reason }, 'ended the round without a claim')
      events.emit({ event: 'voided', round })
      return []
    },
  }
}

/** A notice that is not signed yet. */
type Notice = Omit<ClaimMessage, 'signature'>

/** The record is read from the evidence: statements that came after the claim was built are not in it. */
async function noticeOf(
  { task, stores, supply, voice }: Pick<NodePorts, 'task' | 'stores' | 'supply' | 'voice'>,
  round: bigint,
  { claimHash, claim }: { claimHash: Hash; claim: Claim },
  signal: AbortSignal,
): Promise<Notice> {
  const { record } = await obtainRecord({ stores, supply }, claim.evidence, signal)
  return {
    kind: 'claim',
    task: task.id,
    round,
    claimHash,
    ...useOf(record),
    openingHash: stores.openings.own(claimHash),
    transaction: ZERO_HASH,
    operator: voice.owner,
  }
}

/** Peers that come later get the notice as well: it is kept beside those of other operators. */
async function announce({ stores, voice }: Pick<NodePorts, 'stores' | 'voice'>, notice: Notice): Promise<void> {
  const body = STATEMENTS.claim.body({ ...notice, signature: '0x' })
  const message: ClaimMessage = { ...notice, signature: await voice.sign('ClaimNotice', body) }
  stores.openings.announced(message)
  await voice.publish(message)
}
