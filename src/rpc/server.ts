import type { Socket } from 'node:net'
import { setTimeout as timer } from 'node:timers'
import { Server, ServerCredentials } from '@grpc/grpc-js'
import type { ServerUnaryCall, ServerWritableStream, UntypedServiceImplementation, sendUnaryData } from '@grpc/grpc-js'
import type { DescMessage, DescMethod, MessageInitShape } from '@bufbuild/protobuf'
import { QuorateError, isQuorateError, noMetrics } from '../core/index.ts'
import type { ErrorCode, Logger, Metrics, Service } from '../core/index.ts'
import { CoordinatorService } from '../protocol/gen/quorate/v1/coordinator_pb.ts'
import { abortable, abortableItems } from './abortable.ts'
import { Admission } from './admission.ts'
import type { Ticket } from './admission.ts'
import { decode, encode } from './codec.ts'
import { Door } from './door.ts'
import { isOfOwnMachine, statusOf } from './error-map.ts'
import type { CoordinatorHandlers, CoordinatorMethod, OpenContext, SessionContext } from './handlers.ts'
import { RPC_LIMITS } from './limits.ts'
import type { RpcLimits } from './limits.ts'
import { quietGrpc } from './quiet-grpc.ts'
import { readBy } from './read-by.ts'
import { serviceDefinition } from './service-definition.ts'
import type { Session } from './sessions.ts'

export interface RpcServerOptions {
  /** `host:port`; port 0 takes a free one, see `address`. */
  listen: string
  /** PEM, from `ensureTlsIdentity`. */
  tls: { certificate: string; privateKey: string }
  handlers: CoordinatorHandlers
  /** The session of a token or SESSION_EXPIRED: `SessionStore.authenticate`. */
  authenticate: (token: string) => Session
  limits?: Partial<RpcLimits>
  logger: Logger
  metrics?: Metrics
}

export interface RpcServer extends Service {
  /** `host:port` with the real port; empty until started. */
  readonly address: string
}

/**
 * The coordinator's gRPC server over TLS. Each call passes, in this order:
 *
 *   connection (`Door`) ─▶ size limit ─▶ session token ─▶ rate and stream limits ─▶ decode ─▶ handler (with a signal) ─▶ encode ─▶ status with a code
 *
 * A stream writes its next message only when the last one has left, so a slow reader holds nothing but its own stream.
 * `stop` ends streams, waits `stopMs` for calls in flight and then cuts them; a stopped server cannot start again.
 *
 * Errors: CONFIG_INVALID when the address cannot be listened on, TLS_INVALID.
 *
 * @example
 * const server = createRpcServer({ listen: '127.0.0.1:0', tls, handlers, authenticate: (token) => sessions.authenticate(token), logger })
 * await server.start()
 */
export function createRpcServer(options: RpcServerOptions): RpcServer {
  return new CoordinatorServer(options)
}

/** A failure of this node is logged as often, however many calls meet it. */
const TELL_EVERY_MS = 60_000

type Raw = Uint8Array
type Call = ServerUnaryCall<Raw, Raw> | ServerWritableStream<Raw, Raw>
type Context = OpenContext | SessionContext

class CoordinatorServer implements RpcServer {
  readonly name = 'rpc'
  readonly #options: RpcServerOptions
  readonly #limits: RpcLimits
  readonly #metrics: Metrics
  readonly #admission: Admission
  readonly #server: Server
  readonly #door: Door
  /** One for every call that runs. */
  readonly #calls = new Set<AbortController>()
  /** When each failure of this node was last logged, ms. */
  readonly #toldAt = new Map<ErrorCode, number>()
  #streams = 0
  #address = ''
  #stopped: Promise<void> | undefined

  constructor(options: RpcServerOptions) {
    this.#options = options
    this.#limits = { ...RPC_LIMITS, ...options.limits }
    this.#metrics = options.metrics ?? noMetrics
    this.#admission = new Admission({ authenticate: options.authenticate, limits: this.#limits })
    quietGrpc()
    this.#server = new Server({
      'grpc.max_receive_message_length': this.#limits.maxRequestBytes,
      // Our own check comes first (`encode`) and gives the error a code.
      'grpc.max_send_message_length': this.#limits.maxResponseBytes,
      'grpc.max_concurrent_streams': this.#limits.callsPerConnection,
      'grpc.keepalive_time_ms': this.#limits.keepaliveMs,
      'grpc.keepalive_timeout_ms': this.#limits.keepaliveTimeoutMs,
      'grpc.enable_channelz': 0,
      interceptors: [readBy(this.#limits.unreadMs, (peer) => this.#door.cut(peer, 'unread'))],
    })
    this.#server.addService(serviceDefinition(CoordinatorService), this.#implementation())
    // The door does the TLS: what it hands over is plain HTTP/2.
    const injector = this.#server.createConnectionInjector(ServerCredentials.createInsecure())
    const { tls, logger } = options
    const admit = (socket: Socket) => injector.injectConnection(socket)
    this.#door = new Door({ tls, limits: this.#limits, logger, metrics: this.#metrics, admit })
  }

  get address(): string {
    return this.#address
  }

  async start(): Promise<void> {
    const { listen, logger } = this.#options
    const colon = listen.lastIndexOf(':')
    const host = listen.slice(0, colon).replaceAll(/[[\]]/g, '')
    let port: number
    try {
      port = await this.#door.listen(host, Number(listen.slice(colon + 1)))
    } catch (cause) {
      const details = { field: 'grpc.listen', listen }
      throw new QuorateError('CONFIG_INVALID', `cannot listen on ${listen}: ${(cause as Error).message}`, { cause, details })
    }
    this.#address = `${listen.slice(0, colon)}:${port}`
    logger.info({ address: this.#address }, 'listening for gRPC calls')
  }

  async stop(): Promise<void> {
    this.#stopped ??= this.#shutDown()
    await this.#stopped
  }

  async #shutDown(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#door.shut()
    this.#server.tryShutdown(() => resolve())
    // UNAVAILABLE makes clients connect again, as they should.
    for (const call of this.#calls) call.abort(new QuorateError('COORDINATOR_UNREACHABLE', 'the coordinator is stopping'))
    const force = timer(() => {
      this.#server.forceShutdown()
      resolve()
    }, this.#limits.stopMs)
    await promise
    clearTimeout(force)
    this.#door.clear()
  }

  #implementation(): UntypedServiceImplementation {
    const entries = Object.entries(CoordinatorService.method).map(([name, method]) => {
      const serve = (method as DescMethod).methodKind === 'unary' ? this.#serveUnary(method) : this.#serveStream(method)
      return [name, serve] as const
    })
    return Object.fromEntries(entries)
  }

  #serveUnary(method: DescMethod) {
    return (call: ServerUnaryCall<Raw, Raw>, respond: sendUnaryData<Raw>): void => {
      void this.#run(method, call, async (context) => {
        const answer = this.#handle(method, call, context) as Promise<MessageInitShape<DescMessage>>
        return encode(method.output, await abortable(answer, context.signal), this.#limits.maxResponseBytes)
      }).then(
        (bytes) => respond(null, bytes),
        (error: unknown) => respond(statusOf(error)),
      )
    }
  }

  #serveStream(method: DescMethod) {
    return (call: ServerWritableStream<Raw, Raw>): void => {
      void this.#run(method, call, async (context, ticket) => {
        this.#metrics.gauge('rpc_open_streams', ++this.#streams)
        try {
          const items = this.#handle(method, call, context) as AsyncIterable<MessageInitShape<DescMessage>>
          for await (const item of abortableItems(items, context.signal)) {
            ticket.recheck()
            await abortable(write(call, encode(method.output, item, this.#limits.maxResponseBytes)), context.signal)
          }
        } finally {
          this.#metrics.gauge('rpc_open_streams', --this.#streams)
        }
      }).then(
        () => call.end(),
        // How grpc-js takes the status of a stream.
        (error: unknown) => call.emit('error', statusOf(error)),
      )
    }
  }

  /** The types of the handlers hold at `RpcServerOptions`; here all methods are alike. */
  #handle(method: DescMethod, call: Call, context: Context): unknown {
    const handlers = this.#options.handlers as Record<string, (request: unknown, context: Context) => unknown>
    return handlers[method.localName]!(decode(method.input, call.request), context)
  }

  /** The caller learns that this node failed; what failed is the business of its operator, who is told once a minute. */
  #tellOwn(method: CoordinatorMethod, { code, message }: QuorateError): void {
    const now = performance.now()
    if (now - (this.#toldAt.get(code) ?? -Infinity) < TELL_EVERY_MS) return
    this.#toldAt.set(code, now)
    this.#options.logger.warn({ method, code, error: message }, 'could not answer a gRPC call')
  }

  /** Everything around the handler: admission, the signal, the log line and the figures. */
  async #run<T>(method: DescMethod, call: Call, body: (context: Context, ticket: Ticket) => Promise<T>): Promise<T> {
    const name = method.localName as CoordinatorMethod
    const streaming = method.methodKind === 'server_streaming'
    const peer = call.getPeer()
    const host = hostOf(peer)
    const startedAt = performance.now()
    const controller = new AbortController()
    const slow = new QuorateError('COORDINATOR_UNREACHABLE', `${name} took longer than ${this.#limits.callSeconds} s`)
    const deadline = streaming ? undefined : timer(() => controller.abort(slow), this.#limits.callSeconds * 1000)
    call.on('cancelled', () => controller.abort(new QuorateError('CANCELLED', 'the caller ended the call')))
    this.#calls.add(controller)
    let ticket: Ticket | undefined
    let leave: (() => void) | undefined
    let code = 'OK'
    try {
      ticket = this.#admission.admit(name, call.metadata, host, streaming)
      leave = this.#door.enter(peer, ticket.session?.member)
      return await body(
        { method: name, host, signal: controller.signal, ...(ticket.session && { session: ticket.session }) },
        ticket,
      )
    } catch (error) {
      code = isQuorateError(error) ? error.code : 'INTERNAL'
      if (code === 'INTERNAL') this.#options.logger.error({ method: name, err: error }, 'a gRPC handler failed')
      else if (isQuorateError(error) && code !== 'CANCELLED' && isOfOwnMachine(error.code)) this.#tellOwn(name, error)
      throw error
    } finally {
      clearTimeout(deadline)
      this.#calls.delete(controller)
      // Ends the remaining work of a handler after its call was given up.
      controller.abort(new QuorateError('CANCELLED', 'the call is over'))
      ticket?.release()
      leave?.()
      const seconds = (performance.now() - startedAt) / 1000
      this.#metrics.count('rpc_calls_total', { method: name, code })
      if (!streaming) this.#metrics.observe('rpc_call_seconds', seconds, { method: name })
      this.#options.logger.debug({ method: name, code, seconds, host, member: ticket?.session?.member }, 'gRPC call')
    }
  }
}

/** Resolves when the message was handed to the transport, which is when the reader has room for it. */
async function write(call: ServerWritableStream<Raw, Raw>, bytes: Raw): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    call.write(bytes, (error: Error | null | undefined) => (error ? reject(error) : resolve()))
  })
}

/** `10.0.0.7:51234` → `10.0.0.7`, `::1:51234` → `::1`. */
function hostOf(peer: string): string {
  return peer.slice(0, peer.lastIndexOf(':'))
}
