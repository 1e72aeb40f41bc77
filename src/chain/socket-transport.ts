import { RpcRequestError, SocketClosedError, TimeoutError, WebSocketRequestError, createTransport } from 'viem'
import type { Transport } from 'viem'

interface Waiting {
  body: { method: string; params?: unknown }
  resolve(result: unknown): void
  reject(error: Error): void
}

interface Reply {
  id?: number
  result?: unknown
  error?: { code: number; message: string; data?: unknown }
}

/**
 * JSON-RPC over one WebSocket for viem. Unlike viem's own it opens the socket on demand, so a node that went away costs each request
 * one coded failure and is found again by the first request after it came back; nothing runs in between.
 */
export function socketTransport(
  url: string,
  options: { timeout: number; retryCount: number },
): Transport<'webSocket', { close(): void }> {
  let connection: Promise<SocketConnection> | undefined
  const connected = () => {
    const current = (connection ??= openConnection(url, () => {
      if (connection === current) connection = undefined
    }))
    // A failed opening must not be remembered.
    current.catch(() => {
      if (connection === current) connection = undefined
    })
    return current
  }
  return () =>
    createTransport(
      {
        key: 'webSocket',
        name: 'WebSocket JSON-RPC',
        type: 'webSocket',
        ...options,
        request: (async (body: Waiting['body']) => (await connected()).request(body, options.timeout)) as never,
      },
      {
        close() {
          connection?.then((open) => open.close()).catch(() => {})
          connection = undefined
        },
      },
    )
}

interface SocketConnection {
  request(body: Waiting['body'], timeoutMs: number): Promise<unknown>
  close(): void
}

async function openConnection(url: string, onClose: () => void): Promise<SocketConnection> {
  const socket = new WebSocket(url)
  const waiting = new Map<number, Waiting>()
  let lastId = 0
  await new Promise<void>((resolve, reject) => {
    const failed = () => reject(new WebSocketRequestError({ url, details: 'the socket could not be opened' }))
    socket.addEventListener('open', () => resolve(), { once: true })
    socket.addEventListener('error', failed, { once: true })
    socket.addEventListener('close', failed, { once: true })
  })
  socket.addEventListener('close', () => {
    onClose()
    for (const one of waiting.values()) one.reject(new SocketClosedError({ url }))
    waiting.clear()
  })
  socket.addEventListener('message', ({ data }) => {
    const reply = parseReply(data)
    const one = waiting.get(reply?.id ?? 0)
    if (reply === undefined || one === undefined) return
    if (reply.error) one.reject(new RpcRequestError({ body: one.body, error: reply.error, url }))
    else one.resolve(reply.result)
  })
  return {
    request(body, timeoutMs) {
      const id = ++lastId
      return new Promise<unknown>((resolve, reject) => {
        const timer = setTimeout(() => reject(new TimeoutError({ body, url })), timeoutMs)
        waiting.set(id, {
          body,
          resolve: (result) => (clearTimeout(timer), resolve(result)),
          reject: (error) => (clearTimeout(timer), reject(error)),
        })
        if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ jsonrpc: '2.0', id, ...body }))
        else waiting.get(id)!.reject(new SocketClosedError({ url }))
      }).finally(() => waiting.delete(id))
    },
    close: () => socket.close(),
  }
}

function parseReply(data: unknown): Reply | undefined {
  try {
    return typeof data === 'string' ? (JSON.parse(data) as Reply) : undefined
  } catch {
    return undefined
  }
}
