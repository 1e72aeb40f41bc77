import { isLoopback, QuorateError, systemClock } from '../core/index.ts'
import type { Logger } from '../core/index.ts'
import { hostOf } from '../config/index.ts'
import type { NodeEvents, Readiness } from '../node/index.ts'
import type { MetricsRegistry } from '../observe/index.ts'
import { readSecret } from '../secrets/index.ts'
import type { ApiNode } from './reading/api-node.ts'
import { NodeFacts } from './reading/node-facts.ts'
import { TaskReader } from './reading/task-reader.ts'
import type { NodeAnswer } from './schemas.ts'
import { answersOf } from './server/answers.ts'
import { ApiServer } from './server/api-server.ts'
import type { ApiServerOptions } from './server/api-server.ts'
import { EventRing } from './server/event-ring.ts'
import { hidePaths } from './server/hide-paths.ts'
import { DASHBOARD_FOLDER } from './dashboard-folder.ts'
import { openStaticFiles } from './server/static-files.ts'

/** The section `[api]` of a configuration whose `listen` is set. */
export interface ApiConfig {
  /** `host:port`. */
  listen: string
  /** File with the text that clients send as bearer token. Only a loopback address needs none. */
  token?: string | undefined
  origins: readonly string[]
  rpcUrls: readonly string[]
  /** Serves the dashboard at `/`, where it is built. */
  dashboard: boolean
}

export interface StartApiOptions {
  config: ApiConfig
  role: NodeAnswer['role']
  task: bigint
  /** Folders of the node, which no answer names. */
  folders: readonly string[]
  events: NodeEvents
  metrics: Pick<MetricsRegistry, 'readings'>
  ready: () => Promise<Readiness>
  /** Folder of the built dashboard; that of this package by default. */
  dashboardFolder?: string
  limits?: ApiServerOptions['limits']
  logger: Logger
}

/** A running API. */
export interface Api extends AsyncDisposable {
  /** `host:port`. */
  readonly address: string
  /** From now on pages about the task have answers. */
  follow(node: ApiNode): void
}

/**
 * Starts the HTTP API of a node. Start it before the node, so that it says what the start waits for; it dies with the program.
 *
 * @throws QuorateError CONFIG_INVALID when the address cannot be listened on, or the token cannot be read
 * @example
 * await using api = await startApi({ config: config.api, role: 'member', task: 1n, folders: [config.state.folder], events, metrics, ready, logger })
 * api.follow(member.node)
 */
export async function startApi(options: StartApiOptions): Promise<Api> {
  const { config, role, task, folders, events, metrics, ready, logger } = options
  const { listen, origins, rpcUrls, dashboard } = config
  const hide = hidePaths(folders)
  const facts = new NodeFacts(events)
  const ring = new EventRing(events, hide)
  let reader: TaskReader | undefined
  events.onAny((event) => {
    if (event.event === 'replayed' || event.event === 'built') void reader?.computed(event.claimHash)
  })
  const now = (): number => systemClock.now()
  const folder = options.dashboardFolder ?? DASHBOARD_FOLDER
  const files = dashboard ? openStaticFiles(folder) : undefined
  if (dashboard && !files)
    logger.warn({ folder }, 'the dashboard is not built, so the node serves none: npm run build:dashboard builds it')
  const server = new ApiServer({
    listen,
    loopback: isLoopback(hostOf(listen)),
    token: config.token === undefined ? undefined : await readToken(config.token),
    origins,
    rpcUrls,
    answers: answersOf({ role, task, facts, ready, now, metrics, rpcUrls, reader: () => reader }),
    ring,
    hide,
    version: () => `${ring.last} ${reader?.node.clock.latest.number ?? ''} ${Math.floor(now())}`,
    files,
    limits: options.limits,
    logger,
  })
  await server.start()
  return {
    get address() {
      return server.address
    },
    follow(node) {
      reader = new TaskReader(node, logger)
    },
    async [Symbol.asyncDispose]() {
      await server.stop()
      await reader?.[Symbol.asyncDispose]()
    },
  }
}

async function readToken(path: string): Promise<string> {
  const fail = (what: string, cause?: unknown): QuorateError =>
    new QuorateError('CONFIG_INVALID', `the token file ${path} ${what}`, { cause, details: { field: 'api.token', path } })
  const { text, exposedTo } = await readSecret(path).catch((cause: unknown) => {
    throw fail('cannot be read', cause)
  })
  if (exposedTo) throw fail(`is readable by ${exposedTo}: run chmod 600 on it`)
  const token = text.trim()
  if (!/^[\w.~+/=-]{16,256}$/.test(token))
    throw fail(
      'must hold one line of 16 to 256 characters: letters, digits and -._~+/=; for example the output of openssl rand -hex 32',
    )
  return token
}
