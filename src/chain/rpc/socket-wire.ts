import { SocketClosedError, TimeoutError, WebSocketRequestError } from 'viem'
import type { RpcCall, RpcReply, Wire } from './wire.ts'

/** Requests under way at once: they share one socket and cost nothing. */
const PARALLEL = 64

interface Waiting {
  resolve(reply: RpcReply): void
  reject(error: Error): void
}

/**
 * JSON-RPC over one WebSocket. It opens the socket on demand, so a node that went away costs each request one coded failure and is
 * found again by the first request after it came back; nothing runs in between.
 */
export function socketWire(url: string, options: { timeoutMs: number }): Wire {
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
  return {
    url,
    batch: 1,
    parallel: PARALLEL,
    send: async ([call]) => (await connected()).send(call!, options.timeoutMs),
    close() {
      connection?.then((open) => open.close()).catch(() => {})
      connection = undefined
    },
  }
}

interface SocketConnection {
  send(call: RpcCall, timeoutMs: number): Promise<RpcReply>
  close(): void
}

async function openConnection(url: string, onClose: () => void): Promise<SocketConnection> {
  const socket = new WebSocket(url)
  const waiting = new Map<number, Waiting>()
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
    const body = parse(data)
    waiting.get(body?.id ?? 0)?.resolve({ body })
  })
  return {
    send(call, timeoutMs) {
      return new Promise<RpcReply>((resolve, reject) => {
        const body = { method: call.method }
        const timer = setTimeout(() => reject(new TimeoutError({ body, url })), timeoutMs)
        waiting.set(call.id, {
          resolve: (reply) => (clearTimeout(timer), resolve(reply)),
          reject: (error) => (clearTimeout(timer), reject(error)),
        })
        if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(call))
        else waiting.get(call.id)!.reject(new SocketClosedError({ url }))
      }).finally(() => waiting.delete(call.id))
    },
    close: () => socket.close(),
  }
}

function parse(data: unknown): { id?: number } | undefined {
  try {
    return typeof data === 'string' ? (JSON.parse(data) as { id?: number }) : undefined
  } catch {
    return undefined
  }
}
