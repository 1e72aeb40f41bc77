import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import type { Logger, Service } from '../../core/index.ts'
import { toJson } from '../../console/index.ts'
import { closeServer, listenAt } from '../../observe/http-listener.ts'
import { API_BASE } from '../routes.ts'
import { hasAnswer } from './answer-cache.ts'
import { AnswerCache } from './answer-cache.ts'
import type { Answers } from './answers.ts'
import type { EventRing } from './event-ring.ts'
import { EventStreams } from './event-streams.ts'
import { Guard } from './guard.ts'
import { setHeaders } from './headers.ts'
import type { HidePaths } from './hide-paths.ts'
import { JsonText } from './json-text.ts'
import { createRoutes } from './open-api.ts'
import type { FitRequest } from './open-api.ts'
import { PROBLEM_TYPE, problemOf, statusOf } from './problem.ts'
import type { StaticFile } from './static-files.ts'

export interface ApiServerOptions {
  /** `host:port`; port 0 takes a free one. */
  listen: string
  loopback: boolean
  token: string | undefined
  origins: readonly string[]
  rpcUrls: readonly string[]
  answers: Answers
  ring: EventRing
  hide: HidePaths
  /** Changes with everything that answers may show. */
  version: () => string
  /** Files of the dashboard by path. */
  files?: ((path: string) => StaticFile | undefined) | undefined
  limits?: Partial<typeof LIMITS>
  logger: Logger
}

/** Connections and clients of the event stream at once; requests of one address; how long a request may take to come, ms. */
const LIMITS = {
  connections: 1024,
  clients: 640,
  perSecond: 500,
  burst: 2000,
  headerBytes: 16_384,
  requestMs: 10_000,
  heartbeatMs: 15_000,
  patienceMs: 30_000,
}

/** The HTTP server of the API. It only reads, and it refuses more work than `LIMITS` allow. */
export class ApiServer implements Service, AsyncDisposable {
  readonly name = 'api'
  readonly #options: ApiServerOptions
  readonly #server: Server
  readonly #guard: Guard
  readonly #cache = new AnswerCache()
  readonly #streams: EventStreams
  #address = ''

  constructor(options: ApiServerOptions) {
    const limits = { ...LIMITS, ...options.limits }
    const { token, loopback, ring } = options
    this.#options = options
    this.#guard = new Guard({ token, loopback, rate: limits })
    this.#streams = new EventStreams({ ring, ...limits })
    const routes = createRoutes(
      async (request) => this.#respond(request),
      (error) => this.#failure(error),
    )
    const route = getRequestListener(routes.fetch, { overrideGlobalObjects: false })
    this.#server = createServer(
      {
        maxHeaderSize: limits.headerBytes,
        headersTimeout: limits.requestMs,
        requestTimeout: limits.requestMs,
        keepAliveTimeout: 5_000,
      },
      (request, response) => this.#take(request, response, route),
    )
    this.#server.maxConnections = limits.connections
  }

  /** `host:port` with the real port; empty until started. */
  get address(): string {
    return this.#address
  }

  /** @throws QuorateError CONFIG_INVALID when the address cannot be listened on */
  async start(): Promise<void> {
    const { listen, logger } = this.#options
    this.#address = await listenAt(this.#server, listen, 'api.listen')
    logger.info({ address: this.#address }, 'serving the API')
  }

  async stop(): Promise<void> {
    this.#streams.close()
    await closeServer(this.#server)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }

  #take(
    request: IncomingMessage,
    response: ServerResponse,
    route: (request: IncomingMessage, response: ServerResponse) => unknown,
  ): void {
    const { origins, rpcUrls, files } = this.#options
    const path = (request.url ?? '/').split('?', 1)[0]!
    try {
      setHeaders(request, response, { origins, rpcUrls })
      this.#guard.check(request, path)
      if (request.method === 'OPTIONS') return void response.writeHead(204).end()
      if (path === `${API_BASE}/events` && request.method === 'GET') return this.#streams.add(request, response)
      const file = path.startsWith('/api/') ? undefined : files?.(path)
      if (file) return sendFile(request, response, file)
      void route(request, response)
    } catch (error) {
      sendProblem(request, response, this.#problem(error))
    }
  }

  async #respond({ name, params, query, key, ifNoneMatch }: FitRequest): Promise<Response> {
    try {
      const { answers, hide, version } = this.#options
      const make = answers[name] as (params: unknown, query: unknown) => Promise<unknown>
      const { text, etag } = await this.#cache.get(key, version(), async () => {
        const answer = await make(params, query)
        return hide(answer instanceof JsonText ? answer.text : toJson(answer))
      })
      const headers = { etag, 'cache-control': 'private, no-cache' }
      if (hasAnswer(ifNoneMatch, etag)) return new Response(null, { status: 304, headers })
      return new Response(text, { headers: { ...headers, 'content-type': 'application/json; charset=utf-8' } })
    } catch (error) {
      return this.#failure(error)
    }
  }

  #failure(error: unknown): Response {
    const { status, text } = this.#problem(error)
    return new Response(text, { status, headers: { 'content-type': PROBLEM_TYPE, 'cache-control': 'no-store' } })
  }

  #problem(error: unknown): { status: number; text: string } {
    const problem = problemOf(error)
    if (problem.code === 'INTERNAL') this.#options.logger.error({ err: error }, 'a request to the API failed')
    return { status: problem.status, text: this.#options.hide(JSON.stringify(problem)) }
  }
}

function sendProblem(
  request: IncomingMessage,
  response: ServerResponse,
  { status, text }: { status: number; text: string },
): void {
  if (status === statusOf('API_TOKEN_REFUSED')) response.setHeader('www-authenticate', 'Bearer')
  if (status === statusOf('RATE_LIMITED')) response.setHeader('retry-after', '1')
  // What is left of a body that nobody reads must not become the next request.
  response.setHeader('connection', 'close')
  response.writeHead(status, { 'content-type': PROBLEM_TYPE, 'cache-control': 'no-store' })
  response.end(request.method === 'HEAD' ? '' : text)
}

function sendFile(request: IncomingMessage, response: ServerResponse, { bytes, type, etag, immutable }: StaticFile): void {
  const headers = { etag, 'cache-control': immutable ? 'public, max-age=31536000, immutable' : 'no-cache' }
  if (hasAnswer(request.headers['if-none-match'], etag)) return void response.writeHead(304, headers).end()
  response.writeHead(200, { ...headers, 'content-type': type, 'content-length': bytes.length })
  response.end(request.method === 'HEAD' ? '' : bytes)
}
