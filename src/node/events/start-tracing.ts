import type { Logger, Tracer } from '../../core/index.ts'
import { otlpTracer } from '../../observe/traces/index.ts'
import type { TracedTask } from '../../observe/traces/index.ts'
import type { NodeEvents } from './events.ts'
import { traceEvents } from './trace-events.ts'

export interface TracingNeeds {
  /** Where a collector takes traces. */
  endpoint: string
  task: TracedTask
  role: 'member' | 'operator'
  logger: Logger
}

/** Names of duties for people who know federated learning and not this code. */
const NAMES: Readonly<Record<string, string>> = { build: 'aggregate', post: 'claim' }

/**
 * Sends a trace of each round to a collector while a node runs: give the tracer to the node. Dispose it to stop.
 *
 * @throws QuorateError CONFIG_INVALID when the packages of OpenTelemetry are not installed
 */
export async function startTracing(
  events: Pick<NodeEvents, 'onAny'>,
  { endpoint, task, role, logger }: TracingNeeds,
): Promise<Tracer & AsyncDisposable> {
  const tracer = await otlpTracer({ endpoint, service: `quorate-${role}`, task, logger })
  const end = traceEvents(events, { tracer, now: Date.now })
  return {
    record: (work) => tracer.record({ ...work, name: NAMES[work.name] ?? work.name }),
    async [Symbol.asyncDispose]() {
      end()
      await tracer.close()
    },
  }
}
