import { HttpRequestError, ResponseBodyTooLargeError, TimeoutError } from 'viem'
import { retryAfterOf } from './retry-after.ts'
import type { RpcCall, RpcReply, Wire } from './wire.ts'

/** Requests of one turn of the event loop travel as one JSON-RPC batch of at most this many. */
const BATCH = 100
/** HTTP requests under way at once. */
const PARALLEL = 8
/** A larger answer is cut off: no request of this project needs one. */
const MAX_BODY_BYTES = 32 * 1024 * 1024

/** JSON-RPC over HTTP POST. A single call travels without the array, which some nodes refuse. */
export function httpWire(url: string, options: { timeoutMs: number }): Wire {
  const { href, headers } = withoutCredentials(url)
  let closed = new AbortController()
  const post = async (body: string, signal: AbortSignal): Promise<RpcReply> => {
    const response = await fetch(href, { method: 'POST', body, headers, signal })
    const text = await readText(response)
    const retryAfterMs = retryAfterOf(response.headers.get('retry-after'))
    return { status: response.status, body: parse(text), ...(retryAfterMs !== undefined && { retryAfterMs }) }
  }
  return {
    url,
    batch: BATCH,
    parallel: PARALLEL,
    async send(calls) {
      const ended = closed.signal
      const signal = AbortSignal.any([AbortSignal.timeout(options.timeoutMs), ended])
      const body = describe(calls)
      try {
        return await post(JSON.stringify(calls.length === 1 ? calls[0] : calls), signal)
      } catch (cause) {
        if (signal.aborted && !ended.aborted) throw new TimeoutError({ body, url })
        if (cause instanceof ResponseBodyTooLargeError) throw cause
        throw new HttpRequestError({ body, url, cause: cause as Error, details: reasonOf(cause) })
      }
    },
    close() {
      closed.abort()
      closed = new AbortController()
    },
  }
}

/** `fetch` refuses URLs with a user and password in them: they travel as a header. */
function withoutCredentials(url: string): { href: string; headers: Record<string, string> } {
  const parsed = new URL(url)
  const headers: Record<string, string> = { 'content-type': 'application/json' }
  if (parsed.username !== '' || parsed.password !== '') {
    const pair = `${decodeURIComponent(parsed.username)}:${decodeURIComponent(parsed.password)}`
    headers['authorization'] = `Basic ${Buffer.from(pair).toString('base64')}`
    parsed.username = ''
    parsed.password = ''
  }
  return { href: parsed.href, headers }
}

async function readText(response: Response): Promise<string> {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of response.body ?? []) {
    size += part.byteLength
    if (size > MAX_BODY_BYTES) throw new ResponseBodyTooLargeError({ maxSize: MAX_BODY_BYTES, size })
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** What error messages show of a request: a batch may hold megabytes of call data. */
function describe(calls: readonly RpcCall[]): { method: string; calls: number } {
  return { method: calls[0]?.method ?? '', calls: calls.length }
}

/** `fetch failed` says nothing; its cause names the system's error. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as { message?: string; cause?: { code?: string; message?: string } }
  return cause?.code ?? cause?.message ?? message ?? String(error)
}
