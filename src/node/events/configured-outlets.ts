import type { MemberConfig } from '../../config/index.ts'
import type { Logger, Tracer } from '../../core/index.ts'
import type { NodeEvents } from './events.ts'

export interface OutletNeeds {
  config: Pick<MemberConfig, 'tracking' | 'traces' | 'state' | 'task' | 'chain'>
  role: 'member' | 'operator'
  logger: Logger
}

/** What other programs are told, where the configuration asks for it: `[tracking]` and `[traces]`. */
export interface Outlets extends AsyncDisposable {
  /** For the node; absent without `[traces]`. */
  tracer?: Tracer
}

/**
 * Starts them; each is loaded only where it is asked for. Dispose of them after the node.
 *
 * @throws QuorateError CONFIG_INVALID when the packages of OpenTelemetry are not installed
 */
export async function startConfiguredOutlets(
  events: NodeEvents,
  { config: { tracking, traces, state, task, chain }, role, logger }: OutletNeeds,
): Promise<Outlets> {
  await using outlets = new AsyncDisposableStack()
  if (tracking) {
    const { startTracking } = await import('./start-tracking.ts')
    const tags = { task: String(task.id), ledger: chain.ledger, role }
    outlets.use(startTracking(events, { tracking, dataFolder: state.folder, tags, logger }))
  }
  if (!traces) return outlets.move()
  const { startTracing } = await import('./start-tracing.ts')
  const traced = { chainId: chain.chainId, ledger: chain.ledger, task: task.id }
  const tracer = outlets.use(await startTracing(events, { endpoint: traces.endpoint, task: traced, role, logger }))
  return Object.assign(outlets.move(), { tracer })
}
