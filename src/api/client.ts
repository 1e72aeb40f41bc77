import type { z } from 'zod'
import { API_BASE, ROUTES } from './routes.ts'
import type { AnswerOf, ParamsOf, QueryOf, RouteName } from './routes.ts'
import { problemSchema, streamEventSchema } from './schemas.ts'
import type { Problem, StreamEvent } from './schemas.ts'
import { readFrames } from './stream-frames.ts'

export interface ApiClientOptions {
  /** Where the node serves its API: `http://127.0.0.1:8080`. In a page of the node itself, `location.origin`. */
  url: string
  /** The text of the node's token file; a loopback address may need none. */
  token?: string | undefined
  /** Default the `fetch` of the platform. */
  fetch?: typeof fetch
}

/** The fields of an object that has any; a schema without fields makes a type that takes none. */
type Fields<T> = string extends keyof T ? object : T

/** What a call names: parts of the path, and the query. */
export type CallOf<N extends RouteName> = Fields<ParamsOf<N>> & Partial<Fields<QueryOf<N>>> & { signal?: AbortSignal }

/** An answer that is no success. `problem.code` stands in docs/errors.md. */
export class ApiError extends Error {
  readonly problem: Problem

  constructor(problem: Problem) {
    super(`${problem.code}: ${problem.detail}. ${problem.advice}`)
    this.name = 'ApiError'
    this.problem = problem
  }
}

/** Pauses before the stream is connected again, ms. */
const PAUSES = { first: 500, most: 10_000 }

/**
 * A client of the HTTP API of a node, for browsers and Node. Every answer is parsed by its schema.
 *
 * Errors: ApiError; TypeError of `fetch` when the node cannot be reached; ZodError when the node is of another version.
 *
 * @example
 * const api = new ApiClient({ url: 'http://127.0.0.1:8080' })
 * const { rounds } = await api.get('rounds', { limit: '5' })
 * for await (const event of api.events({ signal })) if (event.event === 'posted') render()
 */
export class ApiClient {
  readonly #base: string
  readonly #headers: Record<string, string>
  readonly #fetch: typeof fetch
  /** Newest answers with their tags: an equal answer is not sent again. */
  readonly #known = new Map<string, { etag: string; answer: unknown }>()

  constructor({ url, token, fetch: own = globalThis.fetch }: ApiClientOptions) {
    this.#base = url.replace(/\/+$/, '') + API_BASE
    this.#headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
    // A browser's fetch must not be called on another object.
    this.#fetch = (input, init) => own(input, init)
  }

  /** The answer to a path. */
  async get<N extends RouteName>(name: N, call: CallOf<N> = {} as CallOf<N>): Promise<AnswerOf<N>> {
    const { signal = null, ...given } = call
    const url = this.#base + pathOf(name, given)
    const known = this.#known.get(url)
    const headers = { ...this.#headers, ...(known && { 'if-none-match': known.etag }) }
    const response = await this.#fetch(url, { headers, signal, cache: 'no-store' })
    if (response.status === 304 && known) return known.answer as AnswerOf<N>
    if (!response.ok) throw await errorOf(response)
    const schema: z.ZodType = ROUTES[name].answer
    const answer = schema.parse(await response.json()) as AnswerOf<N>
    const etag = response.headers.get('etag')
    if (etag !== null) this.#remember(url, { etag, answer })
    return answer
  }

  /**
   * The events of the node from now on, without an end: a connection that breaks is made again, and goes on where it stopped. The event `gap` says that
   * some are missing, so whoever keeps a state reads it anew.
   *
   * @throws ApiError when the node refuses the client
   */
  async *events({ signal, lastEventId }: { signal?: AbortSignal; lastEventId?: string } = {}): AsyncGenerator<StreamEvent> {
    let last = lastEventId
    for (let pause = PAUSES.first; ; pause = Math.min(2 * pause, PAUSES.most)) {
      if (signal?.aborted) return
      try {
        for await (const { id, data } of this.#frames(last, signal)) {
          if (id !== undefined) last = id
          pause = PAUSES.first / 2
          yield id === undefined ? GAP : streamEventSchema.parse(JSON.parse(data))
        }
      } catch (error) {
        if (signal?.aborted) return
        // A node that is busy or stops is asked again; one that refuses is not.
        if (error instanceof ApiError && error.problem.status < 500 && error.problem.status !== 429) throw error
        if (!(error instanceof ApiError) && !(error instanceof TypeError)) throw error
      }
      await wait(pause, signal)
    }
  }

  async *#frames(last: string | undefined, signal: AbortSignal | undefined): ReturnType<typeof readFrames> {
    const headers = { ...this.#headers, accept: 'text/event-stream', ...(last !== undefined && { 'last-event-id': last }) }
    const response = await this.#fetch(`${this.#base}/events`, { headers, signal: signal ?? null, cache: 'no-store' })
    if (!response.ok || !response.body) throw await errorOf(response)
    yield* readFrames(response.body)
  }

  #remember(url: string, known: { etag: string; answer: unknown }): void {
    this.#known.delete(url)
    this.#known.set(url, known)
    const [oldest] = this.#known.keys()
    if (this.#known.size > 64 && oldest !== undefined) this.#known.delete(oldest)
  }
}

/** Events are missing between the one before and the one after. */
const GAP: StreamEvent = { event: 'gap', seq: 1, time: '1970-01-01T00:00:00.000Z' }

/** Path and query of a call. */
export function pathOf(name: RouteName, given: Readonly<Record<string, unknown>>): string {
  const { path, params } = ROUTES[name]
  const filled = path.replaceAll(/\{(\w+)\}/g, (_match, key: string) => encodeURIComponent(String(given[key])))
  const query = Object.entries(given).flatMap(([key, value]) =>
    value === undefined || key in params.shape ? [] : [`${key}=${encodeURIComponent(String(value))}`],
  )
  return query.length === 0 ? filled : `${filled}?${query.join('&')}`
}

async function errorOf(response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => undefined)
  const parsed = problemSchema.safeParse(body)
  if (parsed.success) return new ApiError(parsed.data)
  const detail = `the server answered ${response.status}`
  const advice = 'Check that the address is that of the API of a Quorate node.'
  return new ApiError({ type: 'about:blank', title: 'no api', status: response.status, code: 'API_PATH_UNKNOWN', detail, advice })
}

async function wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal?.addEventListener(
      'abort',
      () => {
        clearTimeout(timer)
        resolve()
      },
      { once: true },
    )
  })
}
