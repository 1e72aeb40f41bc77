import { createServer } from 'node:http'
import type { IncomingMessage, Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What a tracking server was told of a run. */
export interface ServedRun {
  experiment: string
  name: string
  tags: Record<string, string>
  status: string
  metrics: { key: string; value: number; step: number; timestamp: number }[]
}

/** The few calls of a tracking server of MLflow that a node makes, as its REST API describes them. */
export class MlflowServer implements AsyncDisposable {
  readonly runs = new Map<string, ServedRun>()
  readonly experiments = new Map<string, string>()
  /** Answers the next calls with this status. */
  failing: number | undefined
  /** Calls so far. */
  calls: string[] = []
  readonly #server: Server

  private constructor(server: Server) {
    this.#server = server
  }

  static async start(): Promise<MlflowServer> {
    const server = createServer()
    const mlflow = new MlflowServer(server)
    server.on('request', (request, response) => {
      void (async () => {
        const { status, body } = mlflow.#answer(request, await textOf(request))
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
      })()
    })
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    return mlflow
  }

  get address(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((done) => this.#server.close(done))
  }

  #answer({ method, url = '' }: IncomingMessage, text: string): { status: number; body: unknown } {
    const { pathname, searchParams } = new URL(url, this.address)
    const call = `${method} ${pathname.replace('/api/2.0/mlflow/', '')}`
    this.calls.push(call)
    const missing = { status: 404, body: { error_code: 'RESOURCE_DOES_NOT_EXIST', message: 'no such thing' } }
    if (this.failing !== undefined) return { status: this.failing, body: { error_code: 'INTERNAL_ERROR' } }
    const body = text === '' ? Object.fromEntries(searchParams) : (JSON.parse(text) as Record<string, unknown>)
    switch (call) {
      case 'GET experiments/get-by-name': {
        const id = this.experiments.get(String(body['experiment_name']))
        return id === undefined ? missing : { status: 200, body: { experiment: { experiment_id: id } } }
      }
      case 'POST experiments/create': {
        const id = String(this.experiments.size + 1)
        this.experiments.set(String(body['name']), id)
        return { status: 200, body: { experiment_id: id } }
      }
      case 'POST runs/create': {
        const id = `run-${this.runs.size + 1}`
        const tags = Object.fromEntries((body['tags'] as { key: string; value: string }[]).map(({ key, value }) => [key, value]))
        const { experiment_id: experiment, run_name: name } = body as Record<string, string>
        this.runs.set(id, { experiment: experiment!, name: name!, tags, status: 'RUNNING', metrics: [] })
        return { status: 200, body: { run: { info: { run_id: id } } } }
      }
      case 'GET runs/get':
        return this.runs.has(String(body['run_id'])) ? { status: 200, body: { run: {} } } : missing
      case 'POST runs/log-batch':
        this.runs.get(String(body['run_id']))!.metrics.push(...(body['metrics'] as ServedRun['metrics']))
        return { status: 200, body: {} }
      case 'POST runs/update':
        this.runs.get(String(body['run_id']))!.status = String(body['status'])
        return { status: 200, body: {} }
      default:
        return missing
    }
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts).toString('utf8')
}
