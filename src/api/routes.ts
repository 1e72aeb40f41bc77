import { z } from 'zod'
import { address, natural } from './schemas/common.ts'
import {
  disputesSchema,
  economicsSchema,
  evaluationsSchema,
  governanceSchema,
  gramSchema,
  lineageSchema,
  memberDetailSchema,
  membersSchema,
  metricsSchema,
  nodeSchema,
  roundSchema,
  roundsSchema,
  spendingsSchema,
  taskSchema,
  whySchema,
} from './schemas.ts'

/** Where the API begins; a change that breaks clients gets another number. */
export const API_BASE = '/api/v1'

/** The most entries of a page. */
export const MAX_PAGE = 100

// Digits and not a number that zod coerces, which would take an empty text for 0.
const limit = z
  .string()
  .regex(/^([1-9][0-9]?|100)$/, `expected a number from 1 to ${MAX_PAGE}`)
  .optional()
  .meta({ description: `entries of a page, 1 to ${MAX_PAGE}; 20 by default` })
const before = natural.optional().meta({ description: 'rounds below this number; `next` of the page before' })
const pageOfRounds = z.strictObject({ before, limit })
const noQuery = z.strictObject({})
const noParams = z.strictObject({})
const ofRound = z.strictObject({ round: natural.meta({ description: 'number of the round' }) })
const member = z
  .string()
  .regex(/^0x[0-9a-fA-F]{40}$/, 'expected an address, 0x and 40 hexadecimal digits')
  .meta({ description: 'owner address' })

/**
 * Every path under `API_BASE` that answers with JSON. The server routes by this table, OpenAPI and docs/api.md are made from it, the client asks by it.
 *
 * `answers`: `anytime` also before the node has started.
 */
export const ROUTES = {
  node: {
    path: '/node',
    summary: 'Who this node is, whether it can do its duties, and what it waits for.',
    params: noParams,
    query: noQuery,
    answer: nodeSchema,
    answers: 'anytime',
  },
  task: {
    path: '/task',
    summary: 'The terms of the task, its contracts and its model.',
    params: noParams,
    query: noQuery,
    answer: taskSchema,
    answers: 'started',
  },
  rounds: {
    path: '/rounds',
    summary: 'Rounds with their outcome, newest first.',
    params: noParams,
    query: z.strictObject({
      before,
      limit,
      include: z.enum(['rows']).optional().meta({ description: 'rows: also the outcome of each row' }),
    }),
    answer: roundsSchema,
    answers: 'started',
  },
  round: {
    path: '/rounds/{round}',
    summary: 'One round, with the part of each member.',
    params: ofRound,
    query: noQuery,
    answer: roundSchema,
    answers: 'started',
  },
  gram: {
    path: '/rounds/{round}/gram',
    summary: 'How similar the updates of a round were: their inner products and cosines.',
    params: ofRound,
    query: noQuery,
    answer: gramSchema,
    answers: 'started',
  },
  why: {
    path: '/rounds/{round}/members/{address}/why',
    summary: 'The leaves that decided about a member, to be checked against the claim hash on chain.',
    params: z.strictObject({ ...ofRound.shape, address: member }),
    query: noQuery,
    answer: whySchema,
    answers: 'started',
  },
  members: {
    path: '/members',
    summary: 'Everybody that has stake in the task, with rewards and evidence.',
    params: noParams,
    query: z.strictObject({
      after: address.optional().meta({ description: 'members after this one; `next` of the page before' }),
      limit,
    }),
    answer: membersSchema,
    answers: 'started',
  },
  member: {
    path: '/members/{address}',
    summary: 'One member, with what it may collect and its newest verdicts.',
    params: z.strictObject({ address: member }),
    query: noQuery,
    answer: memberDetailSchema,
    answers: 'started',
  },
  disputes: {
    path: '/disputes',
    summary: 'Claims that this node disputes or that were rejected, and fines, with gas.',
    params: noParams,
    query: noQuery,
    answer: disputesSchema,
    answers: 'started',
  },
  evaluations: {
    path: '/evaluations',
    summary: 'What members measured of the models.',
    params: noParams,
    query: pageOfRounds,
    answer: evaluationsSchema,
    answers: 'started',
  },
  spendings: {
    path: '/spendings',
    summary: 'What members state that they spent of their privacy budgets, and the budget of this node.',
    params: noParams,
    query: pageOfRounds,
    answer: spendingsSchema,
    answers: 'started',
  },
  economics: {
    path: '/economics',
    summary: 'Rewards, payments, fees and slashes.',
    params: noParams,
    query: noQuery,
    answer: economicsSchema,
    answers: 'started',
  },
  governance: {
    path: '/governance',
    summary: 'Parameters that voters may change, and proposals. API_NOT_KNOWN where no votes govern the contracts.',
    params: noParams,
    query: noQuery,
    answer: governanceSchema,
    answers: 'started',
  },
  lineage: {
    path: '/lineage',
    summary: 'The models that stand, newest first, down to genesis.',
    params: noParams,
    query: pageOfRounds,
    answer: lineageSchema,
    answers: 'started',
  },
  metrics: {
    path: '/metrics',
    summary: 'The metrics of the node as JSON.',
    params: noParams,
    query: noQuery,
    answer: metricsSchema,
    answers: 'anytime',
  },
} as const satisfies Record<string, Route>

/** One path. */
export interface Route {
  path: string
  summary: string
  params: z.ZodObject
  query: z.ZodObject
  answer: z.ZodType
  answers: 'anytime' | 'started'
}

export type RouteName = keyof typeof ROUTES
export type AnswerOf<N extends RouteName> = z.output<(typeof ROUTES)[N]['answer']>
export type ParamsOf<N extends RouteName> = z.output<(typeof ROUTES)[N]['params']>
export type QueryOf<N extends RouteName> = z.output<(typeof ROUTES)[N]['query']>
