import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

export interface ProxiedCall {
  jsonrpc: '2.0'
  id: number
  method: string
  params?: unknown[]
}

export interface ProxiedAnswer {
  jsonrpc: '2.0'
  id: unknown
  result?: unknown
  error?: { code: number; message: string; data?: unknown }
}

/** One HTTP request on its way to the real node. */
export interface ProxiedRequest {
  calls: readonly ProxiedCall[]
  /** Whether the calls came as an array. */
  batch: boolean
  /** Asks the real node; one answer for each call, in order. */
  forward: (calls?: readonly ProxiedCall[]) => Promise<ProxiedAnswer[]>
}

/** What the provider does instead of passing on: an HTTP answer, or `drop` to close the connection. */
export type ProxyReply = { status?: number; headers?: Record<string, string>; body: unknown } | 'drop'

/** A fault to inject; undefined passes the request on. */
export type RpcFault = (request: ProxiedRequest) => ProxyReply | undefined | Promise<ProxyReply | undefined>

/** A hosted RPC service in small: an HTTP server before a real node, with the faults that such services have. */
export interface RpcProxy extends AsyncDisposable {
  readonly url: string
  /** The fault in force; undefined: none. */
  fault: RpcFault | undefined
  /** Every HTTP request so far, as its calls. */
  readonly requests: (readonly ProxiedCall[])[]
  /** Resolves once `count` requests since this call satisfied the condition. */
  seen(condition: (call: ProxiedCall) => boolean, count?: number): Promise<void>
}

export async function startRpcProxy(target: string, fault?: RpcFault): Promise<RpcProxy> {
  const watchers = new Set<(calls: readonly ProxiedCall[]) => void>()
  const server = createServer((request, response) => {
    serve(proxy, target, request, response).catch(() => response.destroy())
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const proxy: RpcProxy & { told(calls: readonly ProxiedCall[]): void } = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    fault,
    requests: [],
    told(calls) {
      proxy.requests.push(calls)
      for (const watcher of watchers) watcher(calls)
    },
    seen(condition, count = 1) {
      let left = count
      return new Promise((resolve) => {
        const watcher = (calls: readonly ProxiedCall[]) => {
          if (!calls.some(condition) || --left > 0) return
          watchers.delete(watcher)
          resolve()
        }
        watchers.add(watcher)
      })
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return proxy
}

async function serve(
  proxy: RpcProxy & { told(calls: readonly ProxiedCall[]): void },
  target: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const parsed = JSON.parse(await text(request)) as ProxiedCall | ProxiedCall[]
  const batch = Array.isArray(parsed)
  const calls = [parsed].flat()
  const forward = async (forwarded: readonly ProxiedCall[] = calls): Promise<ProxiedAnswer[]> => {
    if (forwarded.length === 0) return []
    const answer = await fetch(target, {
      method: 'POST',
      body: JSON.stringify(forwarded),
      headers: { 'content-type': 'application/json' },
    })
    const answers = (await answer.json()) as ProxiedAnswer[]
    return forwarded.map(({ id }) => answers.find((one) => one.id === id)!)
  }
  const reply = await proxy.fault?.({ calls, batch, forward })
  const answers = reply === undefined ? await forward() : undefined
  proxy.told(calls)
  if (reply === 'drop') {
    response.destroy()
    return
  }
  const body = reply?.body ?? (batch ? answers : answers?.[0])
  response
    .writeHead(reply?.status ?? 200, { 'content-type': 'application/json', ...reply?.headers })
    .end(typeof body === 'string' ? body : JSON.stringify(body))
}

/** The reply that answers each call, in the shape the request had. */
export function answersOf({ batch }: ProxiedRequest, answers: readonly ProxiedAnswer[]): ProxyReply {
  return { body: batch ? answers : answers[0] }
}

/** One error for the calls that meet the condition; the others are answered. */
export async function errorsFor(
  request: ProxiedRequest,
  condition: (call: ProxiedCall) => boolean,
  error: { code: number; message: string; data?: unknown },
): Promise<ProxyReply> {
  const answers = await request.forward()
  return answersOf(
    request,
    answers.map((answer, index) => (condition(request.calls[index]!) ? { jsonrpc: '2.0', id: answer.id, error } : answer)),
  )
}

/** One error for every call of a request. */
export function errorsOf(request: ProxiedRequest, error: { code: number; message: string; data?: unknown }): ProxyReply {
  return answersOf(
    request,
    request.calls.map(({ id }) => ({ jsonrpc: '2.0', id, error })),
  )
}

/** Changes the answers to calls of one method. */
export function lying(method: string, lie: (answer: ProxiedAnswer, call: ProxiedCall) => ProxiedAnswer): RpcFault {
  return async (request) => {
    const answers = await request.forward()
    const changed = answers.map((answer, index) => {
      const call = request.calls[index]!
      return call.method === method ? lie(answer, call) : answer
    })
    return answersOf(request, changed)
  }
}
