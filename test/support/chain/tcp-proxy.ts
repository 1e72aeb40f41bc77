import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'

/**
 * What the way to a node does. `open`: it carries bytes. `halfOpen`: connections stay, new ones are accepted, and every byte is
 * swallowed, as behind a firewall that forgot the connection. `closed`: every connection is cut, and new ones are refused.
 */
export type TcpState = 'open' | 'halfOpen' | 'closed'

/** A TCP relay before a real node, for faults below HTTP and WebSocket. */
export interface TcpProxy extends AsyncDisposable {
  readonly port: number
  /** Connections accepted so far. */
  readonly accepted: number
  /** Takes effect on connections that exist, too. A half-open connection stays half open. */
  set(state: TcpState): void
  /** Resolves when the proxy swallows bytes the next time. */
  swallowed(): Promise<void>
}

export async function startTcpProxy(target: { host?: string; port: number }): Promise<TcpProxy> {
  const sockets = new Set<Socket>()
  const dead = new WeakSet<Socket>()
  let state: TcpState = 'open'
  let accepted = 0
  let told = Promise.withResolvers<void>()
  const relay = (from: Socket, to: Socket): void => {
    sockets.add(from)
    from.on('data', (bytes) => {
      if (!dead.has(from)) return void to.write(bytes)
      told.resolve()
      told = Promise.withResolvers()
    })
    from.on('error', () => {})
    from.on('close', () => {
      sockets.delete(from)
      // No FIN reaches the other side of a half-open connection.
      if (!dead.has(from)) to.destroy()
    })
  }
  const server = createServer((client) => {
    accepted++
    if (state === 'closed') return client.destroy()
    const upstream = connect({ host: '127.0.0.1', ...target })
    relay(client, upstream)
    relay(upstream, client)
    if (state === 'halfOpen') for (const one of [client, upstream]) dead.add(one)
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const cut = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    port: (server.address() as AddressInfo).port,
    get accepted() {
      return accepted
    },
    set(next) {
      state = next
      if (next === 'halfOpen') for (const socket of sockets) dead.add(socket)
      if (next === 'closed') cut()
    },
    swallowed: async () => told.promise,
    async [Symbol.asyncDispose]() {
      cut()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
