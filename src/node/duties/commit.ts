import { QuorateError } from '../../core/index.ts'
import { commitmentOf, eventOf, lowerHex, STATEMENTS, validateSigned, versionsToShow, VIA_CHAIN } from '../../protocol/index.ts'
import type {
  Address,
  CommitmentMessage,
  Hash,
  ReceiptMessage,
  ReceiptNoticeMessage,
  RoundEvent,
  RoundPlan,
} from '../../protocol/index.ts'
import type { NodePorts } from '../ports.ts'
import type { DutyHandlers } from './duty.ts'

export interface CommitOptions {
  /** Hands the commitment to the operator of that owner address; resolves with the operator's receipt, which nobody has checked yet. */
  handIn: (commitment: CommitmentMessage, operator: Address, signal: AbortSignal) => Promise<ReceiptMessage>
  /** Puts the signed commitment on chain. */
  force: (commitment: CommitmentMessage, signal: AbortSignal) => Promise<unknown>
  /**
   * In a task with buckets: puts a version of this member's row where others fetch it.
   *
   * @param shown index among the versions that the member committed to, and its root
   */
  show?: (plan: RoundPlan, shown: { version: number; root: Hash }) => Promise<void>
}

/** Commits to an update, has the operator acknowledge the commitment, puts it on chain where the operator does not, and reveals it. */
export function commit(
  { task, voice, logger }: Pick<NodePorts, 'task' | 'voice' | 'logger'>,
  { handIn, force, show }: CommitOptions,
): DutyHandlers<'commit'> {
  const { id, domain } = task
  const member = voice.owner
  return {
    /** Binds this member to its update without showing it. From here on peers that missed the commitment get it when they catch up. */
    async commit({ updateRoot, salt }, { plan: { round } }) {
      const commitment = commitmentOf(id, round, member, updateRoot, salt)
      const body = { task: id, round, member, commitment }
      const message: CommitmentMessage = { kind: 'commitment', ...body, signature: await voice.sign('Commitment', body) }
      await voice.publish(message)
      return [eventOf(message)!]
    },

    /** Gets the operator's receipt and tells everybody of it: it is a proof in every hand. */
    async handIn({ updateRoot, salt }, { plan, commitments }, signal) {
      const { round, operator, operatorKey } = plan
      const commitment = commitmentOf(id, round, member, updateRoot, salt)
      const body = { task: id, round, member, commitment }
      const known = commitments.get(member)?.source
      const signature = known?.via === 'signature' ? known.signature : await voice.sign('Commitment', body)
      const message: CommitmentMessage = { kind: 'commitment', ...body, signature }
      const receipt = await handIn(message, operator, signal)
      const result = await validateSigned(domain, STATEMENTS.receipt, receipt, operatorKey, { sent: message, operator })
      if (result.verdict !== 'accept')
        throw new QuorateError(result.code, `the receipt of round ${round} is not valid: ${result.reason}`)
      logger.info({ round, commitment }, 'committed')
      const notice: ReceiptNoticeMessage = { kind: 'receiptNotice', ...body, operatorKey, signature: receipt.signature }
      // The operator may not give it twice, so it is kept even if no peer hears it now: peers get it when they catch up.
      await voice
        .publish(notice)
        .catch((error: unknown) => logger.debug({ round, error: String(error) }, 'the receipt was not gossiped'))
      return [eventOf(notice)!]
    },

    /** Puts on chain the commitment that the operator did not acknowledge, so that it cannot be left out. */
    async force({ updateRoot, salt }, state, signal) {
      const { round } = state.plan
      const commitment = commitmentOf(id, round, member, updateRoot, salt)
      const body = { task: id, round, member, commitment }
      const signature = await voice.sign('Commitment', body)
      await force({ kind: 'commitment', ...body, signature }, signal)
      logger.warn({ round, commitment }, 'forced the commitment on chain, because the operator gave no receipt')
      return [{ type: 'commitment', member, commitment, source: VIA_CHAIN }]
    },

    /** Opens the commitment once the operator has sealed the list, so that nobody can copy. In a bucket the member shows the version of its row that the seal names. */
    async reveal({ updateRoot, salt, versions }, state) {
      const { round } = state.plan
      const held: RoundEvent[] = []
      const version = versionsToShow(state).get(lowerHex(member))
      if (version !== undefined && show) {
        // INVARIANT: a member shows one version of one row in a round and no other, whatever a reorganisation makes of the round: the difference of two is a mask, or a row.
        const root = (versions ?? [updateRoot])[version]!
        const first = voice.once('version', String(round), () => root)
        if (first === root) {
          await show(state.plan, { version, root })
          held.push({ type: 'held', updateRoot: root })
        } else logger.warn({ round, shown: first, wanted: root }, 'another version of the row was shown before the round changed')
      }
      const body = { task: id, round, member, updateRoot, salt }
      const signature = await voice.sign('Reveal', body)
      const more = versions ? { versions } : {}
      await voice.publish({ kind: 'reveal', ...body, signature, ...more })
      return [...held, { type: 'reveal', member, updateRoot, salt, signature, ...more }]
    },
  }
}
