import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

/** A span as a collector got it. */
export interface ReceivedSpan {
  service: string
  traceId: string
  spanId: string
  parentSpanId: string | undefined
  name: string
  /** Duration, ms. */
  ms: number
  attributes: Record<string, unknown>
  /** Message of an error status. */
  error: string | undefined
}

interface Attribute {
  key: string
  value: Record<string, unknown>
}
interface Sent {
  resourceSpans: {
    resource: { attributes: Attribute[] }
    scopeSpans: {
      spans: {
        traceId: string
        spanId: string
        parentSpanId?: string
        name: string
        startTimeUnixNano: string
        endTimeUnixNano: string
        attributes: Attribute[]
        status: { message?: string }
      }[]
    }[]
  }[]
}

const valuesOf = (attributes: readonly Attribute[]): Record<string, unknown> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]))

/** A collector of OpenTelemetry: takes OTLP over HTTP as JSON. */
export class TraceCollector implements AsyncDisposable {
  readonly spans: ReceivedSpan[] = []
  /** All that was sent, as text. */
  said = ''
  /** The status that it answers with. */
  status = 200
  readonly #server: Server

  private constructor(server: Server) {
    this.#server = server
  }

  static async start(): Promise<TraceCollector> {
    const server = createServer()
    const collector = new TraceCollector(server)
    server.on('request', (request, response) => {
      void (async () => {
        const body = await text(request)
        collector.#take(body)
        response.writeHead(collector.status, { 'content-type': 'application/json' }).end('{}')
      })()
    })
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    return collector
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1/traces`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((done) => this.#server.close(done))
  }

  #take(body: string): void {
    this.said += body
    for (const { resource, scopeSpans } of (JSON.parse(body) as Sent).resourceSpans)
      for (const span of scopeSpans.flatMap(({ spans }) => spans))
        this.spans.push({
          service: String(valuesOf(resource.attributes)['service.name']),
          traceId: span.traceId,
          spanId: span.spanId,
          parentSpanId: span.parentSpanId,
          name: span.name,
          ms: Number(BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano)) / 1e6,
          attributes: valuesOf(span.attributes),
          error: span.status.message,
        })
  }
}
