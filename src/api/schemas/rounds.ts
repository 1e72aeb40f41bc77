import { z } from 'zod'
import { address, amount, bps, count, hash, metricSummarySchema, natural, reason, seconds, verdict } from './common.ts'

export const ROUND_STATES = ['open', 'posted', 'final', 'void', 'rejected'] as const
export const ROUND_PHASES = ['commit', 'reveal', 'attest', 'post', 'agree'] as const

/** The outcome of one row of a claim. */
export const roundRowSchema = z
  .object({
    member: address,
    slot: count,
    verdict,
    reason: reason.describe('reason why the update is inadmissible'),
    weight: count.describe('weight in the model step, in 1/65536'),
    score: natural.describe('score, to which the reward is proportional'),
    reward: amount.nullable().describe('reward for this round; null where the ledger of the round before is not kept'),
  })
  .meta({ id: 'RoundRow' })

const summaryFields = {
  round: natural,
  state: z.enum(ROUND_STATES),
  phase: z.enum(ROUND_PHASES).nullable().describe('phase of a round that this node follows'),
  deadline: seconds.nullable().describe('end of the phase by the clock of the chain'),
  operator: address.nullable().describe('operator that has the seat, or posted the claim'),
  openedAt: seconds.nullable(),
  sealedAt: seconds.nullable(),
  postedAt: seconds.nullable().describe('time of the block that has the claim; null where the ledger does not keep it any more'),
  postedBlock: natural.nullable(),
  transaction: hash.nullable().describe('transaction that posted the claim'),
  challengeEnd: seconds.nullable().describe('from then on the claim is final, if no quorum made it so before'),
  claimHash: hash.nullable(),
  modelRoot: hash.nullable().describe('root of the model after the claim'),
  ledgerRoot: hash.nullable(),
  height: count.nullable().describe('claims from genesis to this one'),
  members: count.nullable().describe('members of the round; null where this node does not know'),
  sealed: count.nullable().describe('members that have a row'),
  verdicts: z.partialRecord(verdict, count).nullable().describe('rows by verdict; null where this node does not keep the rows'),
  rewards: amount.nullable().describe('rewards for this round in all'),
  operatorReward: amount.nullable().describe('share of the operator in them'),
  evaluation: z.record(z.string(), metricSummarySchema).nullable().describe('what members measured of the model, by metric'),
}

/** One entry of `/rounds`. */
export const roundSummarySchema = z
  .object({
    ...summaryFields,
    rows: z.array(roundRowSchema).nullable().optional().describe('with include=rows; null where this node does not keep them'),
  })
  .meta({ id: 'RoundSummary' })
export type RoundSummary = z.infer<typeof roundSummarySchema>

/** `/rounds`: newest first. */
export const roundsSchema = z
  .object({
    rounds: z.array(roundSummarySchema),
    next: natural.nullable().describe('pass it as `before` for the page that follows; null on the last page'),
  })
  .meta({ id: 'Rounds' })
export type RoundsAnswer = z.infer<typeof roundsSchema>

/** The part of one member in a round. */
export const roundMemberSchema = z
  .object({
    member: address,
    slot: count,
    stake: amount.describe('what the member counts in the round'),
    committed: z.boolean().nullable().describe('whether this node knows its commitment; null where the round is long over'),
    revealed: z.boolean().nullable(),
    attested: z.boolean().nullable(),
    agreed: z.boolean().nullable().describe('whether this node knows its agreement to the claim'),
    awaited: z.boolean().describe('whether the open phase waits for this member'),
    verdict: z
      .enum([...verdict.options, 'unsealed'])
      .nullable()
      .describe('unsealed: no row; null before the claim, or not kept'),
    reason: z.string().nullable().describe('why the update did not count, in a sentence'),
    weight: count.nullable(),
    score: natural.nullable(),
    reward: amount.nullable(),
  })
  .meta({ id: 'RoundMember' })
export type RoundMemberAnswer = z.infer<typeof roundMemberSchema>

/** `/rounds/{round}`. */
export const roundSchema = z
  .object({
    ...summaryFields,
    base: hash.nullable().describe('claim hash of the model that the round started from'),
    seed: hash.nullable().describe('randomness that drew the members'),
    deadlines: z
      .object({ commit: seconds, seal: seconds, reveal: seconds, attest: seconds, post: seconds })
      .nullable()
      .describe('ends of the phases by the clock of the chain; those after the seal are estimates before it'),
    paused: seconds
      .nullable()
      .describe('seconds since the round opened in which the contracts were paused: deadlines contain them'),
    chainNow: seconds.describe('time of the chain, as the node knows it'),
    agreement: z
      .object({ members: count, stake: amount, totalStake: amount, quorumBps: bps, reached: z.boolean() })
      .nullable()
      .describe('agreements to the claim that this node knows'),
    entries: z.array(roundMemberSchema).describe('one for each member of the round, in slot order'),
  })
  .meta({ id: 'Round' })
export type RoundAnswer = z.infer<typeof roundSchema>
