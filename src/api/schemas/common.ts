import { z } from 'zod'

/** 32 bytes as 0x-hex, lower case: a hash, a Merkle root or a key. */
export const hash = z.string().regex(/^0x[0-9a-f]{64}$/)
/** 20 bytes as 0x-hex, lower case: an account or a contract. */
export const address = z.string().regex(/^0x[0-9a-f]{40}$/)
/** Any bytes as 0x-hex, lower case. */
export const bytes = z.string().regex(/^0x([0-9a-f]{2})*$/)
/** A whole number from 0 as decimal digits: a round, a block, gas. */
export const natural = z.string().regex(/^(0|[1-9][0-9]*)$/)
/** A whole number as decimal digits, with a minus sign where it is negative. */
export const integer = z.string().regex(/^(0|-?[1-9][0-9]*)$/)
/** An amount of the token in its smallest unit; `token.decimals` of the task says how many of them are one token. */
export const amount = natural
/** Unix seconds. Times of rounds are the chain's. */
export const seconds = z.int().min(0)
export const count = z.int().min(0)
/** Basis points: 2500 are a quarter. */
export const bps = z.int().min(0).max(10_000)

/** Verdicts on updates by name, in the order of their numbers in a claim. */
export const VERDICTS = ['quarantined', 'unavailable', 'inadmissible', 'accepted', 'downweighted', 'rejected'] as const
export const verdict = z.enum(VERDICTS)
/** Reasons why an update is inadmissible by name, in the order of their numbers in a claim. */
export const REASONS = ['none', 'copy', 'value', 'norm', 'bucket'] as const
export const reason = z.enum(REASONS)

/** One metric over all members that measured it. */
export const metricSummarySchema = z
  .object({
    members: count.describe('members that measured it'),
    mean: z.number().describe('mean by stake'),
    median: z.number(),
    least: z.number(),
    most: z.number(),
    spread: z.number().describe('standard deviation over members, each counted once'),
  })
  .meta({ id: 'MetricSummary' })

/** An answer that is no success (RFC 9457). */
export const problemSchema = z
  .object({
    type: z.string().describe('where the error code is explained'),
    title: z.string().describe('what the error code means'),
    status: z.int().min(400).max(599).describe('HTTP status'),
    code: z.string().describe('error code (docs/errors.md)'),
    detail: z.string().describe('what happened this time'),
    advice: z.string().describe('what to do next'),
  })
  .meta({ id: 'Problem' })
export type Problem = z.infer<typeof problemSchema>
