import { problemSchema } from '../../src/api/schemas.ts'
import type { Problem } from '../../src/api/schemas.ts'
import { readServerEvents } from './server-events.ts'
import type { ServerEvent } from './server-events.ts'

/** What the page needs of a zod schema. */
export interface Shape<T> {
  safeParse(
    value: unknown,
  ): { success: true; data: T } | { success: false; error: { issues: { path: PropertyKey[]; message: string }[] } }
}

/** A request that got no answer, or one that is no success. */
export class ApiFailure extends Error {
  readonly problem: Pick<Problem, 'status' | 'code' | 'detail' | 'advice'>

  constructor(problem: ApiFailure['problem']) {
    super(problem.detail)
    this.name = 'ApiFailure'
    this.problem = problem
  }
}

const TOKEN_KEY = 'quorate-token'

/**
 * The read-only API of the node that serves the page (docs/api.md). Answers are checked against the schemas that the node writes by. The
 * browser keeps them with their ETag, so that an unchanged answer costs a header.
 */
export class NodeApi {
  readonly #base: string

  constructor(base: string) {
    this.#base = base
  }

  /** The bearer token for nodes that ask for one; kept until the tab is closed. */
  get token(): string | null {
    return sessionStorage.getItem(TOKEN_KEY)
  }

  set token(token: string | null) {
    if (token === null) sessionStorage.removeItem(TOKEN_KEY)
    else sessionStorage.setItem(TOKEN_KEY, token)
  }

  /** @throws ApiFailure */
  async get<T>(path: string, shape: Shape<T>, signal?: AbortSignal): Promise<T> {
    const response = await this.#fetch(path, 'application/json', signal)
    const parsed = shape.safeParse(await response.json())
    if (parsed.success) return parsed.data
    const [issue] = parsed.error.issues
    throw new ApiFailure({
      status: response.status,
      code: 'API_MALFORMED',
      detail: `the answer to ${path} is wrong at ${issue?.path.join('.')}: ${issue?.message}`,
      advice: 'Load the page again: the node may have been updated.',
    })
  }

  /** Events as they happen, until the stream ends. @throws ApiFailure */
  async *events(lastId: string | undefined, signal: AbortSignal): AsyncGenerator<ServerEvent> {
    const response = await this.#fetch('/events', 'text/event-stream', signal, lastId ? { 'last-event-id': lastId } : {})
    if (response.body) yield* readServerEvents(response.body)
  }

  async #fetch(path: string, accept: string, signal?: AbortSignal, more: Record<string, string> = {}): Promise<Response> {
    const { token } = this
    const headers = { accept, ...more, ...(token !== null && { authorization: `Bearer ${token}` }) }
    let response: Response
    try {
      response = await fetch(`${this.#base}${path}`, { headers, signal: signal ?? null, cache: 'no-cache' })
    } catch (cause) {
      if (signal?.aborted) throw cause
      throw new ApiFailure({
        status: 0,
        code: 'NODE_UNREACHABLE',
        detail: 'the node does not answer',
        advice: 'The page tries again by itself. Check that the node runs and that this browser reaches it.',
      })
    }
    if (response.ok) return response
    const problem = problemSchema.safeParse(await response.json().catch(() => undefined))
    throw new ApiFailure(
      problem.success
        ? problem.data
        : {
            status: response.status,
            code: 'API_FAILED',
            detail: `the node answered ${response.status}`,
            advice: 'Look at its log.',
          },
    )
  }
}
