import type { IncomingMessage, ServerResponse } from 'node:http'
import { QuorateError } from '../../core/index.ts'
import type { EventRing } from './event-ring.ts'

export interface EventStreamOptions {
  ring: EventRing
  /** Clients at once. */
  clients: number
  /** Time between signs of life, ms. */
  heartbeatMs: number
  /** A client that takes nothing for so long is cut, ms. */
  patienceMs: number
}

interface Client {
  response: ServerResponse
  /** Number of the event that it gets next. */
  next: number
  /** Since when its connection takes nothing; undefined while it does. */
  blockedAt: number | undefined
}

/** What is written at once before the others have their turn, bytes. */
const TURN = 256 * 1024
/** How long events gather before clients are told, ms: a write to each costs more than what is in it. */
const BURST_MS = 50
/** Clients that are told in one turn of the event loop. */
const AT_ONCE = 32
const TOO_SLOW = 'this client cannot keep up: connect again with Last-Event-ID'

/**
 * The clients of `/events`. Each reads the ring at its own pace. Bytes wait in the connection of a slow client only up to one turn; it is cut when
 * it takes nothing for too long, or when the ring has lost what it has not read.
 */
export class EventStreams {
  readonly #options: EventStreamOptions
  readonly #clients = new Set<Client>()
  readonly #timer: NodeJS.Timeout
  readonly #unlisten: () => void
  /** Clients that are told in the next turns. */
  #waiting: Client[] = []
  #telling = false

  constructor(options: EventStreamOptions) {
    this.#options = options
    this.#unlisten = options.ring.onEvent(() => this.#tell())
    this.#timer = setInterval(() => this.#beat(), options.heartbeatMs)
    this.#timer.unref()
  }

  get size(): number {
    return this.#clients.size
  }

  /** Takes a client. @throws QuorateError RATE_LIMITED when there are too many */
  add(request: IncomingMessage, response: ServerResponse): void {
    const { ring, clients } = this.#options
    if (this.#clients.size >= clients) throw new QuorateError('RATE_LIMITED', `${clients} clients listen to the events already`)
    const header = request.headers['last-event-id']
    const { next, complete } = ring.resume(typeof header === 'string' ? header : undefined)
    const client: Client = { response, next, blockedAt: undefined }
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      // Proxies that buffer would hold events back.
      'x-accel-buffering': 'no',
    })
    response.socket?.setNoDelay(true)
    response.write(`retry: 2000\n: events of run ${ring.run}\n\n`)
    if (!complete) response.write('event: gap\ndata: {"event":"gap"}\n\n')
    this.#clients.add(client)
    response.on('drain', () => {
      client.blockedAt = undefined
      this.#write(client)
    })
    response.on('close', () => void this.#clients.delete(client))
    this.#write(client)
  }

  /** Ends every stream; clients may come back later. */
  close(): void {
    clearInterval(this.#timer)
    this.#unlisten()
    for (const client of this.#clients) this.#cut(client, 'the node stops')
  }

  /** Events come in bursts, and clients are many: some clients a turn, each with all that happened, so that the node has its turns between. */
  #tell(): void {
    if (this.#telling || this.#clients.size === 0) return
    this.#telling = true
    setTimeout(() => {
      this.#waiting = [...this.#clients]
      this.#tellSome(this.#options.ring.last)
    }, BURST_MS).unref()
  }

  #tellSome(told: number): void {
    for (const client of this.#waiting.splice(0, AT_ONCE)) this.#write(client)
    if (this.#waiting.length > 0) return void setImmediate(() => this.#tellSome(told))
    this.#telling = false
    if (this.#options.ring.last > told) this.#tell()
  }

  #write(client: Client): void {
    const { ring } = this.#options
    if (client.blockedAt !== undefined || !this.#clients.has(client)) return
    if (client.next < ring.first) return this.#cut(client, TOO_SLOW)
    const piece = ring.piece(client.next, TURN)
    if (!piece) return
    client.next = piece.next
    if (!client.response.write(piece.bytes)) client.blockedAt = Date.now()
    else if (client.next <= ring.last) setImmediate(() => this.#write(client))
  }

  /** Signs of life, and the end of those that cannot keep up. */
  #beat(): void {
    const { ring, patienceMs } = this.#options
    const now = Date.now()
    for (const client of this.#clients) {
      if (client.blockedAt === undefined) {
        if (!client.response.write(': alive\n\n')) client.blockedAt = now
      } else if (client.next < ring.first || now - client.blockedAt > patienceMs) {
        this.#cut(client, TOO_SLOW)
      }
    }
  }

  #cut(client: Client, reason: string): void {
    const { response } = client
    this.#clients.delete(client)
    response.end(`: cut, because ${reason}\n\n`)
    // What it has not taken by then is dropped.
    const overdue = setTimeout(() => response.destroy(), this.#options.patienceMs)
    overdue.unref()
    response.on('close', () => clearTimeout(overdue))
  }
}
