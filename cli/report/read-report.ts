import type { z } from 'zod'
import type { ReportData } from '../../dashboard/report/report-data.ts'
import {
  disputesSchema,
  economicsSchema,
  evaluationsSchema,
  governanceSchema,
  lineageSchema,
  membersSchema,
  problemSchema,
  roundsSchema,
  taskSchema,
} from '../../src/api/schemas.ts'
import { QuorateError } from '../../src/core/index.ts'

export interface ReadReportParameters {
  /** URL of the API's host. */
  api: string
  /** Bearer token. */
  token?: string | undefined
  /** Newest rounds that the report is about. */
  rounds: number
}

/** The most entries that a page of the API has. */
const PAGE = 100

/**
 * Asks a node for all that a report says.
 *
 * @throws QuorateError API_UNREACHABLE when the node does not answer, or with another thing than the API
 */
export async function readReport({ api, token, rounds: wanted }: ReadReportParameters): Promise<ReportData> {
  const get = async <T>(path: string, shape: z.ZodType<T>): Promise<T> =>
    ask(new URL(`api/v1${path}`, withSlash(api)), token, shape)
  const task = await get('/task', taskSchema)
  const [economics, disputes, governance, { models }] = await Promise.all([
    get('/economics', economicsSchema),
    get('/disputes', disputesSchema),
    task.governance === null ? null : get('/governance', governanceSchema),
    get('/lineage?limit=1', lineageSchema),
  ])
  const page = Math.min(wanted, PAGE)
  const rounds = await pages(wanted, async (before) => {
    const { rounds: entries, next } = await get(`/rounds?include=rows&limit=${page}${before}`, roundsSchema)
    return { entries, next: next && `&before=${next}` }
  })
  const evaluations = await pages(wanted, async (before) => {
    const { rounds: entries, next } = await get(`/evaluations?limit=${page}${before}`, evaluationsSchema)
    return { entries, next: next && `&before=${next}` }
  })
  const members = await pages(Number.POSITIVE_INFINITY, async (after) => {
    const answer = await get(`/members?limit=${PAGE}${after}`, membersSchema)
    return { entries: answer.members, next: answer.next && `&after=${answer.next}` }
  })
  return { task, rounds, members, evaluations, economics, disputes, governance, models, at: Math.floor(Date.now() / 1000) }
}

/** Follows pages until there are enough entries. */
async function pages<T>(
  wanted: number,
  read: (more: string) => Promise<{ entries: readonly T[]; next: string | null }>,
): Promise<T[]> {
  const all: T[] = []
  for (let more: string | null = ''; more !== null && all.length < wanted;) {
    const { entries, next } = await read(more)
    all.push(...entries)
    more = next
  }
  return all.slice(0, wanted)
}

function withSlash(url: string): string {
  return url.endsWith('/') ? url : `${url}/`
}

async function ask<T>(url: URL, token: string | undefined, shape: z.ZodType<T>): Promise<T> {
  const fail = (why: string, cause?: unknown): QuorateError =>
    new QuorateError('API_UNREACHABLE', `cannot read ${url.href}: ${why}`, { cause, details: { url: url.href } })
  const headers = { accept: 'application/json', ...(token !== undefined && { authorization: `Bearer ${token}` }) }
  let response: Response
  try {
    response = await fetch(url, { headers })
  } catch (cause) {
    throw fail('the node does not answer', cause)
  }
  const body: unknown = await response.json().catch(() => undefined)
  if (!response.ok) {
    const problem = problemSchema.safeParse(body)
    throw fail(problem.success ? `${problem.data.code}: ${problem.data.detail}` : `the node answered ${response.status}`)
  }
  const parsed = shape.safeParse(body)
  if (parsed.success) return parsed.data
  throw fail(`the answer is not one of the API: ${parsed.error.issues[0]?.message}`)
}
