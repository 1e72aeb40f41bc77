import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { silentLogger } from '../core/index.ts'
import type { Logger, Service } from '../core/index.ts'
import { closeServer, listenAt } from './http-listener.ts'
import type { MetricsRegistry } from './metrics.ts'

/** How a node is doing or whether it is ready: `ok` decides between 200 and 503, the rest is for people. */
export interface Health {
  ok: boolean
  [fact: string]: unknown
}

export interface MetricsServerOptions {
  /** `host:port`; port 0 takes a free one, see `address`. Keep it on a private address: it asks for no password. */
  listen: string
  metrics: Pick<MetricsRegistry, 'text' | 'contentType'>
  /** `{ ok: true }` by default: the process answers. */
  health?: () => Health | Promise<Health>
  /** Whether the node can do its duties now; `health` by default. */
  ready?: () => Health | Promise<Health>
  logger?: Logger
  /** Connections at once, and how long one may say or read nothing, ms. */
  limits?: { connections: number; idleMs: number }
}

const LIMITS = { connections: 32, idleMs: 10_000 }

export interface MetricsServer extends Service, AsyncDisposable {
  /** `host:port` with the real port; empty until started. */
  readonly address: string
}

/**
 * `GET /metrics` for Prometheus, `GET /healthz` (restart the process if it fails) and `GET /readyz` (it can do its duties) as JSON, over plain HTTP. CONFIG_INVALID when the address cannot be listened on.
 *
 * @example
 * createMetricsServer({ listen: '127.0.0.1:9090', metrics, health: () => ({ ok: true, round: Number(round) }), logger })
 */
export function createMetricsServer(options: MetricsServerOptions): MetricsServer {
  return new HttpMetricsServer(options)
}

/** Makes and starts one. */
export async function startMetricsServer(options: MetricsServerOptions): Promise<MetricsServer> {
  const server = createMetricsServer(options)
  await server.start()
  return server
}

class HttpMetricsServer implements MetricsServer {
  readonly name = 'metrics'
  readonly #options: MetricsServerOptions
  readonly #logger: Logger
  readonly #server: Server
  #address = ''

  constructor(options: MetricsServerOptions) {
    this.#options = options
    this.#logger = options.logger ?? silentLogger
    const { connections, idleMs } = options.limits ?? LIMITS
    this.#server = createServer({ requestTimeout: idleMs, headersTimeout: idleMs, maxHeaderSize: 8192 }, (request, response) => {
      void this.#answer(request, response)
    })
    this.#server.maxConnections = connections
    this.#server.setTimeout(idleMs)
  }

  get address(): string {
    return this.#address
  }

  async start(): Promise<void> {
    this.#address = await listenAt(this.#server, this.#options.listen, 'metrics.listen')
    this.#logger.info({ address: this.#address }, 'serving metrics and health')
  }

  async stop(): Promise<void> {
    await closeServer(this.#server)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const { status, type, body } = await this.#page(request)
      response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(request.method === 'HEAD' ? '' : body)
    } catch (error) {
      this.#logger.error({ err: error, url: request.url }, 'a metrics request failed')
      response.writeHead(500).end()
    }
  }

  async #page(request: IncomingMessage): Promise<{ status: number; type: string; body: string }> {
    const { metrics, health = () => ({ ok: true }), ready = health } = this.#options
    const text = 'text/plain; charset=utf-8'
    if (request.method !== 'GET' && request.method !== 'HEAD') return { status: 405, type: text, body: 'only GET\n' }
    const path = request.url?.split('?')[0]
    if (path === '/metrics') return { status: 200, type: metrics.contentType, body: await metrics.text() }
    if (path === '/healthz' || path === '/readyz') {
      const state = await (path === '/readyz' ? ready : health)()
      const body = JSON.stringify(state, (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value))
      return { status: state.ok ? 200 : 503, type: 'application/json', body: `${body}\n` }
    }
    return { status: 404, type: text, body: 'this server has /metrics, /healthz and /readyz\n' }
  }
}
