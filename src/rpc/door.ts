import { setTimeout as timer } from 'node:timers'
import type { AddressInfo, Socket } from 'node:net'
import { createServer } from 'node:tls'
import type { Server, TLSSocket } from 'node:tls'
import { originOf, RateLimiter } from '../core/index.ts'
import type { Logger, Metrics } from '../core/index.ts'
import type { Address } from '../protocol/types.ts'
import type { RpcLimits } from './limits.ts'

export interface DoorOptions {
  /** PEM. */
  tls: { certificate: string; privateKey: string }
  limits: RpcLimits
  logger: Logger
  metrics: Metrics
  /** Takes a connection whose TLS handshake is done. */
  admit: (socket: TLSSocket) => void
}

/** Why a connection was refused or cut. Also a metric label. */
export type DoorReason = 'rate' | 'host' | 'full' | 'displaced' | 'member' | 'handshake' | 'silent' | 'idle' | 'unread'

interface Visit {
  readonly socket: Socket
  readonly origin: string
  /** Whose session the connection has carried; a stranger's until then. */
  member: Address | undefined
  /** Calls that run. */
  calls: number
  deadline: NodeJS.Timeout | undefined
}

/**
 * The TLS listener in front of grpc-js, which itself limits neither connections nor the time of a handshake. Every connection has a
 * deadline: the handshake, then the first call, then the next call.
 *
 *     accept ─ rate of and room for its host? ─ TLS ─ first call ─┬─ of a session: a member's connection
 *                                                     └─ without one: the oldest of these makes room when the node is full
 *
 * Strangers compete with strangers only: no number of them takes a member's connection.
 */
export class Door {
  readonly #options: DoorOptions
  readonly #server: Server
  /** By `host:port` of the caller, oldest first. */
  readonly #visits = new Map<string, Visit>()
  readonly #arrivals: RateLimiter
  readonly #strangers = new Map<string, number>()
  #strangerCount = 0

  constructor(options: DoorOptions) {
    this.#options = options
    const { connectionsPerSecond: perSecond, connectionBurst: burst, rateKeys: keys } = options.limits
    this.#arrivals = new RateLimiter({ perSecond, burst, keys })
    const { certificate: cert, privateKey: key } = options.tls
    this.#server = createServer({ cert, key, ALPNProtocols: ['h2'] })
    this.#server.on('connection', (socket: Socket) => this.#arrived(socket))
    this.#server.on('secureConnection', (socket) => this.#secured(socket))
    this.#server.on('tlsClientError', (_error, socket) => socket.destroy())
  }

  /** Connections open. */
  get size(): number {
    return this.#visits.size
  }

  /** Listens; the port that was taken. Rejects with the error of the socket. */
  async listen(host: string, port: number): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(port, host, () => {
        this.#server.off('error', reject)
        resolve()
      })
    })
    return (this.#server.address() as AddressInfo).port
  }

  /** A call runs on the connection of `peer` (`host:port`); returns what ends it. `member` is whose session it belongs to. */
  enter(peer: string, member: Address | undefined): () => void {
    const visit = this.#visits.get(peer)
    if (!visit) return () => {}
    visit.calls++
    clearTimeout(visit.deadline)
    if (member && visit.member !== member) this.#recognised(visit, member)
    return () => {
      visit.calls--
      if (visit.calls === 0) this.#expect(visit, 'idle', this.#options.limits.idleMs)
    }
  }

  /** Cuts the connection of `peer` (`host:port`). */
  cut(peer: string, reason: DoorReason): void {
    const visit = this.#visits.get(peer)
    if (visit) this.#cut(visit, reason)
  }

  /** Takes no new connection. */
  shut(): void {
    this.#server.close()
  }

  /** Cuts every connection. */
  clear(): void {
    for (const { socket } of this.#visits.values()) socket.destroy()
  }

  #arrived(socket: Socket): void {
    const { limits } = this.#options
    const { remoteAddress, remotePort } = socket
    // Gone before it was seen.
    if (remoteAddress === undefined) return void socket.destroy()
    const origin = originOf(remoteAddress)
    const visit: Visit = { socket, origin, member: undefined, calls: 0, deadline: undefined }
    socket.on('error', () => {})
    if (!this.#arrivals.take(origin)) return this.#refuse(visit, 'rate')
    if ((this.#strangers.get(origin) ?? 0) >= limits.strangersPerHost) return this.#refuse(visit, 'host')
    if (this.#strangerCount >= limits.strangers || this.#visits.size >= limits.connections) {
      const oldest = [...this.#visits.values()].find(({ member }) => !member)
      if (!oldest) return this.#refuse(visit, 'full')
      this.#cut(oldest, 'displaced')
    }
    const peer = `${remoteAddress}:${remotePort}`
    this.#visits.set(peer, visit)
    this.#countStranger(origin, 1)
    this.#measure()
    socket.once('close', () => this.#left(peer, visit))
    this.#expect(visit, 'handshake', limits.handshakeMs)
  }

  #secured(socket: TLSSocket): void {
    const peer = `${socket.remoteAddress}:${socket.remotePort}`
    const visit = this.#visits.get(peer)
    if (!visit) return void socket.destroy()
    socket.once('close', () => this.#left(peer, visit))
    this.#expect(visit, 'silent', this.#options.limits.firstCallMs)
    this.#options.admit(socket)
  }

  #recognised(visit: Visit, member: Address): void {
    if (!visit.member) this.#countStranger(visit.origin, -1)
    visit.member = member
    const own = [...this.#visits.values()].filter((other) => other.member === member)
    const [oldest] = own
    if (oldest && own.length > this.#options.limits.connectionsPerMember) this.#cut(oldest, 'member')
  }

  #left(peer: string, visit: Visit): void {
    if (this.#visits.get(peer) !== visit) return
    this.#visits.delete(peer)
    clearTimeout(visit.deadline)
    if (!visit.member) this.#countStranger(visit.origin, -1)
    this.#measure()
  }

  #expect(visit: Visit, reason: DoorReason, ms: number): void {
    clearTimeout(visit.deadline)
    if (visit.socket.destroyed) return
    visit.deadline = timer(() => this.#cut(visit, reason), ms).unref()
  }

  #cut(visit: Visit, reason: DoorReason): void {
    if (visit.socket.destroyed) return
    this.#refuse(visit, reason)
  }

  #refuse({ socket, origin, member }: Visit, reason: DoorReason): void {
    const { logger, metrics } = this.#options
    metrics.count('rpc_connections_refused_total', { reason })
    logger.debug({ origin, member, reason }, 'gRPC connection refused')
    socket.destroy()
  }

  #countStranger(origin: string, by: 1 | -1): void {
    const left = (this.#strangers.get(origin) ?? 0) + by
    this.#strangerCount += by
    if (left === 0) this.#strangers.delete(origin)
    else this.#strangers.set(origin, left)
  }

  #measure(): void {
    this.#options.metrics.gauge('rpc_connections', this.#visits.size)
  }
}
