import { startConfiguredApi } from '../api/configured-api.ts'
import type { Api } from '../api/start-api.ts'
import type { CoordinatorConfig, MemberConfig } from '../config/index.ts'
import { createNodeOutput, onInterrupt } from '../console/index.ts'
import type { Interrupt, Output } from '../console/index.ts'
import type { Logger, Metrics, Tracer } from '../core/index.ts'
import { NodeEvents, NodeStatus, printEvents, startConfiguredOutlets, tellStory } from '../node/index.ts'
import type { Readiness } from '../node/index.ts'
import { createLogger, createMetrics, startMetricsServer } from '../observe/index.ts'

export interface OpenProgramOptions {
  config: CoordinatorConfig | MemberConfig
  /** The configuration file. */
  path: string
  role: 'coordinator' | 'member'
  /** One JSON line per event on stdout. */
  json: boolean
}

/** What both programs have around their node: where they speak, and where others look at them. Dispose of it after the node. */
export interface OpenProgram extends AsyncDisposable {
  output: Output
  logger: Logger
  metrics: Metrics
  events: NodeEvents
  interrupt: Interrupt
  /** Absent without `[traces]`. */
  tracer?: Tracer
  /** Absent without `[api] listen`. */
  api?: Api
}

/**
 * Starts what the configuration asks for: log, metrics and probes, tracking, traces, API.
 *
 * @throws QuorateError CONFIG_INVALID, ADDRESS_IN_USE
 */
export async function openProgram({ config, path, role, json }: OpenProgramOptions): Promise<OpenProgram> {
  await using parts = new AsyncDisposableStack()
  const output = createNodeOutput(json, config.log)
  const logger = createLogger({ name: role, ...config.log })
  const metrics = createMetrics({ process: true })
  const interrupt = parts.use(onInterrupt())
  const events = new NodeEvents(logger)
  if (json) printEvents(events, output)
  else tellStory(events, output)
  const status = new NodeStatus(events, { metrics })
  const ready = async (): Promise<Readiness> => status.ready()
  const { listen } = config.metrics
  if (listen) parts.use(await startMetricsServer({ listen, metrics, ready, logger }))
  const { tracer } = parts.use(
    await startConfiguredOutlets(events, { config, role: role === 'coordinator' ? 'operator' : role, logger }),
  )
  const api = await startConfiguredApi({ config, path, role, events, metrics, ready, logger })
  if (api) parts.use(api)
  const open = parts.move()
  return {
    output,
    logger,
    metrics,
    events,
    interrupt,
    ...(tracer && { tracer }),
    ...(api && { api }),
    [Symbol.asyncDispose]: async () => open.disposeAsync(),
  }
}
