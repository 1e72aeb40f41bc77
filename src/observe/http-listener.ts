import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { QuorateError } from '../core/index.ts'

/**
 * Has a server of Node listen.
 *
 * @param listen `host:port`, IPv6 hosts in brackets; port 0 takes a free one
 * @param field of the configuration, for the error
 * @returns `host:port` with the real port
 * @throws QuorateError CONFIG_INVALID when the address cannot be listened on
 */
export async function listenAt(server: Server, listen: string, field: string): Promise<string> {
  const colon = listen.lastIndexOf(':')
  const host = listen.slice(0, colon).replaceAll(/[[\]]/g, '')
  await new Promise<void>((resolve, reject) => {
    const fail = (cause: Error): void =>
      reject(
        new QuorateError('CONFIG_INVALID', `cannot listen on ${listen}: ${cause.message}`, { cause, details: { field, listen } }),
      )
    server.once('error', fail)
    server.listen(Number(listen.slice(colon + 1)), host, () => {
      server.off('error', fail)
      resolve()
    })
  })
  return `${listen.slice(0, colon)}:${(server.address() as AddressInfo).port}`
}

/** Closes a server with its connections. A server that does not listen is closed already. */
export async function closeServer(server: Server): Promise<void> {
  if (!server.listening) return
  const { promise, resolve } = Promise.withResolvers<void>()
  server.close(() => resolve())
  server.closeAllConnections()
  await promise
}
