import { z } from 'zod'
import { address, amount, bytes, hash, natural, seconds } from './common.ts'

export const PROPOSAL_STATES = [
  'pending',
  'active',
  'canceled',
  'defeated',
  'succeeded',
  'queued',
  'expired',
  'executed',
] as const

/** `/governance`: what voters may change, and what they decide. */
export const governanceSchema = z
  .object({
    governor: address,
    timelock: address,
    guardian: address.nullable(),
    parameters: z.array(
      z.object({
        name: z.string(),
        unit: z.enum(['tokens', 'seconds', 'bps', 'flag']).describe('tokens are in the smallest unit; a flag is 0 or 1'),
        value: natural,
        min: natural,
        max: natural,
      }),
    ),
    proposals: z
      .array(
        z.object({
          proposal: natural,
          reference: z.string().describe('its first digits, for people'),
          state: z.enum(PROPOSAL_STATES),
          proposer: address,
          description: z.string().nullable().describe('null where its event was not found'),
          calls: z.array(z.object({ target: address, data: bytes, words: z.string().describe('function and arguments') })),
          snapshot: seconds.describe('votes are the stake at the end of this second'),
          deadline: seconds.describe('end of the vote'),
          votes: z.object({ for: amount, against: amount, abstain: amount }),
          quorum: amount.nullable().describe('votes for and abstentions that are needed; null before the snapshot'),
          executableAt: seconds.nullable().describe('from then on anybody may execute it; null unless it is queued'),
          operation: hash.describe('its number in the timelock'),
          next: z.string().describe('next step in words'),
        }),
      )
      .describe('newest first'),
  })
  .meta({ id: 'Governance' })
export type GovernanceAnswer = z.infer<typeof governanceSchema>
