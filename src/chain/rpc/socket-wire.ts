import { SocketClosedError, TimeoutError, WebSocketRequestError } from 'viem'
import type { RpcCall, RpcReply, Wire } from './wire.ts'

/** Requests under way at once: they share one socket and cost nothing. */
const PARALLEL = 64
/** A socket that owes an answer and was silent for so long is probed. */
const SILENCE_MS = 3_000
/** A probe that is not answered within this time shows that the socket is dead. */
const PROBE_MS = 3_000
/** No call has this id: the queue counts from 1. */
const PROBE = JSON.stringify({ jsonrpc: '2.0', id: 0, method: 'eth_chainId', params: [] })

export interface SocketWireOptions {
  /** For opening the socket, and for each call. */
  timeoutMs: number
  /** Default 3 s. */
  silenceMs?: number
  /** Default 3 s. */
  probeMs?: number
}

interface Waiting {
  resolve(reply: RpcReply): void
  reject(error: Error): void
}

/**
 * JSON-RPC over one WebSocket. It opens the socket on demand, so a node that went away costs each request one coded failure and is
 * found again by the first request after it came back.
 *
 * A connection can be half open: this side still holds it, and nothing comes back. While calls wait, a silent socket is probed. A socket
 * that does not answer the probe is given up, its calls fail with SocketClosedError, and the next call opens a new socket. A slow call on
 * a live socket goes on, because the probe is answered.
 */
export function socketWire(url: string, options: SocketWireOptions): Wire {
  let connection: Promise<SocketConnection> | undefined
  const connected = () => {
    const current = (connection ??= openConnection(url, options, () => {
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

async function openConnection(
  url: string,
  { timeoutMs, silenceMs = SILENCE_MS, probeMs = PROBE_MS }: SocketWireOptions,
  onClose: () => void,
): Promise<SocketConnection> {
  const socket = await openSocket(url, timeoutMs)
  const waiting = new Map<number, Waiting>()
  let heard = false
  let watch: NodeJS.Timeout | undefined
  const end = () => {
    clearTimeout(watch)
    onClose()
    for (const one of waiting.values()) one.reject(new SocketClosedError({ url }))
    waiting.clear()
  }
  const giveUp = () => {
    end()
    socket.close()
  }
  const probe = () => {
    watch = undefined
    if (waiting.size === 0) return
    if (heard) return listen()
    socket.send(PROBE)
    // After a busy turn the timer is due before the answer that lies in the socket is read.
    watch = setTimeout(() => setImmediate(() => (heard ? listen() : giveUp())), probeMs)
  }
  const listen = () => {
    heard = false
    watch = setTimeout(probe, silenceMs)
  }
  socket.addEventListener('close', end)
  socket.addEventListener('message', ({ data }) => {
    heard = true
    const body = parse(data)
    waiting.get(body?.id ?? 0)?.resolve({ body })
  })
  return {
    send(call, callTimeoutMs) {
      return new Promise<RpcReply>((resolve, reject) => {
        const body = { method: call.method }
        const timer = setTimeout(() => reject(new TimeoutError({ body, url })), callTimeoutMs)
        waiting.set(call.id, {
          resolve: (reply) => (clearTimeout(timer), resolve(reply)),
          reject: (error) => (clearTimeout(timer), reject(error)),
        })
        if (socket.readyState !== WebSocket.OPEN) return waiting.get(call.id)!.reject(new SocketClosedError({ url }))
        socket.send(JSON.stringify(call))
        if (watch === undefined) listen()
      }).finally(() => waiting.delete(call.id))
    },
    close: giveUp,
  }
}

/** The peer may accept the connection and never answer the handshake. */
async function openSocket(url: string, timeoutMs: number): Promise<WebSocket> {
  const socket = new WebSocket(url)
  let timer: NodeJS.Timeout | undefined
  try {
    await new Promise<void>((resolve, reject) => {
      const failed = () => reject(new WebSocketRequestError({ url, details: 'the socket could not be opened' }))
      socket.addEventListener('open', () => resolve(), { once: true })
      socket.addEventListener('error', failed, { once: true })
      socket.addEventListener('close', failed, { once: true })
      timer = setTimeout(() => reject(new TimeoutError({ body: { method: 'open the socket' }, url })), timeoutMs)
    })
    return socket
  } catch (error) {
    socket.close()
    throw error
  } finally {
    clearTimeout(timer)
  }
}

function parse(data: unknown): { id?: number } | undefined {
  try {
    return typeof data === 'string' ? (JSON.parse(data) as { id?: number }) : undefined
  } catch {
    return undefined
  }
}
