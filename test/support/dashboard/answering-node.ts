import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'
import type { Answers } from './recorded-answers.ts'

const TYPES: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
}

/** As strict as that of the node (docs/api.md): no other host, nothing inline. */
const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/** Serves the built page with recorded answers and a stream of events. */
export class AnsweringNode implements AsyncDisposable {
  readonly answers: Answers
  readonly #folder: string
  readonly #server: Server
  readonly #streams = new Set<ServerResponse>()
  #events = 0

  private constructor(folder: string, answers: Answers) {
    this.#folder = folder
    this.answers = answers
    this.#server = createServer((request, response) => this.#answer(request, response))
  }

  static async start(folder: string, answers: Answers): Promise<AnsweringNode> {
    const node = new AnsweringNode(folder, answers)
    node.#server.listen(0, '127.0.0.1')
    await once(node.#server, 'listening')
    return node
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`
  }

  /** Tells every page that something changed. */
  tell(event: string): void {
    for (const stream of this.#streams) stream.write(this.#eventText(event))
  }

  /** Ends every stream, as a node does that stops. */
  cutStreams(): void {
    for (const stream of this.#streams) stream.destroy()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cutStreams()
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { pathname } = new URL(request.url!, 'http://node')
    response.setHeader('content-security-policy', POLICY)
    if (pathname === '/api/v1/events') return this.#stream(response)
    if (pathname.startsWith('/api/v1/')) {
      const answer = this.answers.get(pathname.slice('/api/v1'.length))
      response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' })
      response.end(JSON.stringify(answer ?? NOT_KNOWN))
      return
    }
    const name = pathname === '/' ? 'index.html' : normalize(pathname)
    try {
      const bytes = readFileSync(join(this.#folder, name))
      response.writeHead(200, { 'content-type': TYPES[extname(name)] ?? 'application/octet-stream' }).end(bytes)
    } catch {
      response.writeHead(404).end()
    }
  }

  #stream(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(this.#eventText('status'))
    this.#streams.add(response)
    response.on('close', () => this.#streams.delete(response))
  }

  #eventText(event: string): string {
    const seq = ++this.#events
    return `id: run-${seq}\nevent: ${event}\ndata: ${JSON.stringify({ event, seq, time: '2026-01-01T00:00:00.000Z' })}\n\n`
  }
}

const NOT_KNOWN = {
  type: 'about:blank',
  title: 'not known',
  status: 404,
  code: 'API_NOT_KNOWN',
  detail: 'this node does not have it',
  advice: 'Ask another node.',
}
