import type { SpanExporter } from '@opentelemetry/sdk-trace'
import { QuorateError } from '../../core/index.ts'
import type { Logger, Tracer, Work } from '../../core/index.ts'
import { roundContext } from './round-context.ts'
import type { RoundContext, TracedTask } from './round-context.ts'

/** Name of the span of a whole round. The other spans of its trace hang below it. */
export const ROUND_SPAN = 'round'

export interface OtlpTracerOptions {
  /** Where a collector takes traces, such as http://127.0.0.1:4318/v1/traces. */
  endpoint: string
  /** Name of the service: `quorate-member`, `quorate-operator`. */
  service: string
  task: TracedTask
  logger: Pick<Logger, 'warn'>
}

export interface OtlpTracer extends Tracer {
  /** Sends what is left, and ends. */
  close(): Promise<void>
}

/** What a collector that does not answer may hold up the end of a node, ms. */
const CLOSE_MS = 2_000

/**
 * Sends the work of rounds as spans to an OpenTelemetry collector (OTLP over HTTP). A collector that is away costs the node nothing but the spans.
 *
 * @throws QuorateError CONFIG_INVALID when the packages of OpenTelemetry are not installed
 */
export async function otlpTracer({ endpoint, service, task, logger }: OtlpTracerOptions): Promise<OtlpTracer> {
  const { api, sdk, resources, otlp } = await loadPackages()
  const random = new sdk.RandomIdGenerator()
  /** Identity of the span that is being made, where it follows from the round; that of all others is random. */
  let fixed: RoundContext | undefined
  const exporter = tellFailure(new otlp.OTLPTraceExporter({ url: endpoint }), logger)
  const provider = new sdk.TracerProvider({
    resource: resources.resourceFromAttributes({ 'service.name': service }),
    idGenerator: {
      generateTraceId: () => fixed?.traceId ?? random.generateTraceId(),
      generateSpanId: () => fixed?.spanId ?? random.generateSpanId(),
    },
    spanProcessors: [new sdk.BatchSpanProcessor({ exporter })],
  })
  const tracer = provider.getTracer('quorate')

  function record({ name, round, startedAt, endedAt, attributes = {}, code }: Work): void {
    const context = roundContext(task, round)
    const parent = api.trace.setSpanContext(api.ROOT_CONTEXT, {
      ...context,
      traceFlags: api.TraceFlags.SAMPLED,
      isRemote: true,
    })
    const root = name === ROUND_SPAN
    const about = { 'quorate.task': String(task.task), 'quorate.round': String(round) }
    fixed = root ? context : undefined
    const span = tracer.startSpan(name, { startTime: startedAt, attributes: { ...about, ...attributes }, root }, parent)
    fixed = undefined
    if (code !== undefined) span.setStatus({ code: api.SpanStatusCode.ERROR, message: code })
    span.end(endedAt)
  }

  return {
    record,
    async close() {
      await Promise.race([provider.shutdown().catch(() => {}), new Promise((resolve) => setTimeout(resolve, CLOSE_MS).unref())])
    },
  }
}

/** Says once that spans do not arrive, and again after some have arrived. */
function tellFailure(exporter: SpanExporter, logger: Pick<Logger, 'warn'>): SpanExporter {
  let failing = false
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        const failed = result.error !== undefined
        if (failed && !failing) logger.warn({ spans: spans.length }, 'the collector of traces takes no spans')
        failing = failed
        done(result)
      })
    },
    shutdown: async () => exporter.shutdown(),
    forceFlush: async () => exporter.forceFlush?.(),
  }
}

const PACKAGES = [
  '@opentelemetry/api@1.9.1',
  '@opentelemetry/sdk-trace@2.12.1',
  '@opentelemetry/resources@2.12.1',
  '@opentelemetry/exporter-trace-otlp-http@0.223.1',
]

/** They are no part of the installation: few nodes send traces. */
async function loadPackages() {
  try {
    const [api, sdk, resources, otlp] = await Promise.all([
      import('@opentelemetry/api'),
      import('@opentelemetry/sdk-trace'),
      import('@opentelemetry/resources'),
      import('@opentelemetry/exporter-trace-otlp-http'),
    ])
    return { api, sdk, resources, otlp }
  } catch (cause) {
    throw new QuorateError(
      'CONFIG_INVALID',
      `[traces] needs npm packages that are not installed: run \`npm install ${PACKAGES.join(' ')}\` (with -g beside a global quorate), or remove [traces]`,
      { cause },
    )
  }
}
