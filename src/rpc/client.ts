import type { MessageInitShape } from '@bufbuild/protobuf'
import { QuorateError, isQuorateError, silentLogger, systemClock } from '../core/index.ts'
import type { Clock, ErrorCode, Logger } from '../core/index.ts'
import { toHex } from '../protocol/bytes.ts'
import { CoordinatorService } from '../protocol/gen/quorate/v1/coordinator_pb.ts'
import type {
  CommitRequestSchema,
  CommitResponse,
  GetTaskResponse,
  JoinRequestSchema,
  JoinResponse,
  RoundView,
} from '../protocol/gen/quorate/v1/coordinator_pb.ts'
import type { SessionTarget } from '../protocol/statements/session.ts'
import { abortable } from './abortable.ts'
import { Backoff } from './backoff.ts'
import { joinParts } from './blob-parts.ts'
import { RPC_LIMITS } from './limits.ts'
import type { RpcLimits } from './limits.ts'
import { newest } from './newest.ts'
import { RpcTransport } from './transport.ts'

export interface CoordinatorClientOptions {
  /** `host:port` */
  address: string
  /** PEM of the coordinator's certificate, or of the authority that issued it. */
  tls: { ca: string }
  /**
   * Signs a Join for the operator that answers. With it the client opens a session before the first call that needs one, and a new
   * one whenever the old one has ended. Without it, call `join`.
   */
  signJoin?: (target: JoinTarget) => Promise<MessageInitShape<typeof JoinRequestSchema>>
  /** Told of every session opened, with the peers to dial. */
  onJoined?: (response: JoinResponse) => void
  limits?: Partial<RpcLimits>
  logger?: Logger
  /** Waits between reconnections. */
  clock?: Pick<Clock, 'sleep'>
  random?: () => number
}

/**
 * What a session is opened with. Task and operator come from the operator's answer; the certificate is the one that it
 * presented on this connection, and no two operators have the same one.
 */
export interface JoinTarget extends SessionTarget {
  /** Unix seconds by the operator's clock: the end of the session is counted from here, so that the clock here may be wrong. */
  time: number
}

export interface CallOptions {
  signal?: AbortSignal
}

/**
 * The coordinator as a member sees it. Every method fails with the coded error of the coordinator, or COORDINATOR_UNREACHABLE,
 * CERTIFICATE_UNTRUSTED, or CANCELLED when its signal aborts.
 */
export interface CoordinatorClient {
  getTask(options?: CallOptions): Promise<GetTaskResponse>
  /** Opens a session with this statement and keeps its token for the calls that follow. */
  join(request: MessageInitShape<typeof JoinRequestSchema>, options?: CallOptions): Promise<JoinResponse>
  commit(request: MessageInitShape<typeof CommitRequestSchema>, options?: CallOptions): Promise<CommitResponse>
  /** What a session with this coordinator must name. */
  joinTarget(options?: CallOptions): Promise<JoinTarget>
  /** The bytes of a file by its keccak256, or of a model or an update by its root (32 bytes); the caller checks them. MESSAGE_TOO_LARGE beyond `maxBytes`. */
  getBlob(hash: Uint8Array, options: CallOptions & { maxBytes: number }): Promise<Uint8Array>
  /**
   * The current view, then the newest one after every change. Reconnects, with growing waits, until the signal aborts; ends only by
   * throwing. A reader that is busy skips views.
   */
  watchRounds(options: { signal: AbortSignal }): AsyncGenerator<RoundView, never>
  /** The next call opens a new session: for when what `signJoin` tells has changed. */
  forgetSession(): void
  /** Opens a new session now: for when the coordinator is to hear at once what `signJoin` tells. */
  renewSession(options?: CallOptions): Promise<void>
  /** Ends every call; the client cannot be used afterwards. */
  close(): void
}

/**
 * Makes a client. Nothing is dialled before the first call; TLS_INVALID if the certificate cannot be read.
 *
 * @example
 * const client = createCoordinatorClient({ address: '127.0.0.1:7050', tls: { ca: await readFile(path, 'utf8') }, signJoin })
 * for await (const view of client.watchRounds({ signal })) console.log(view.round, view.phase)
 */
export function createCoordinatorClient(options: CoordinatorClientOptions): CoordinatorClient {
  return new SessionClient(options)
}

const { getTask, join, commit, getBlob, watchRounds } = CoordinatorService.method

/** Failures that a watch waits for: the coordinator is away, busy or in trouble, it has a new certificate, a clock is being set. */
export const PASSING: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'COORDINATOR_UNREACHABLE',
  'CERTIFICATE_UNTRUSTED',
  'COORDINATOR_FAILED',
  'RATE_LIMITED',
  'SESSION_MISDIRECTED',
  'CLOCK_SKEWED',
])

class SessionClient implements CoordinatorClient {
  readonly #options: CoordinatorClientOptions
  readonly #limits: RpcLimits
  readonly #transport: RpcTransport
  #token: string | undefined
  #joining: Promise<JoinResponse> | undefined
  /** Counts the changes of what `signJoin` tells. */
  #changes = 0

  constructor(options: CoordinatorClientOptions) {
    this.#options = options
    this.#limits = { ...RPC_LIMITS, ...options.limits }
    this.#transport = new RpcTransport({ address: options.address, ca: options.tls.ca, limits: this.#limits })
  }

  async getTask({ signal }: CallOptions = {}): Promise<GetTaskResponse> {
    return await this.#transport.unary(getTask, {}, { signal })
  }

  async join(request: MessageInitShape<typeof JoinRequestSchema>, { signal }: CallOptions = {}): Promise<JoinResponse> {
    const response = await this.#transport.unary(join, request, { signal })
    this.#token = response.token
    this.#options.onJoined?.(response)
    return response
  }

  async commit(request: MessageInitShape<typeof CommitRequestSchema>, { signal }: CallOptions = {}): Promise<CommitResponse> {
    return await this.#inSession(signal, (token) => this.#transport.unary(commit, request, { token, signal }))
  }

  async joinTarget(options: CallOptions = {}): Promise<JoinTarget> {
    const { task, operator, time } = await this.getTask(options)
    const { certificate } = this.#transport
    if (operator.length !== 20 || certificate === undefined)
      throw new QuorateError('MESSAGE_MALFORMED', `the coordinator ${this.#options.address} does not name its operator`)
    return { task, operator: toHex(operator), certificate, time: Number(time) }
  }

  async getBlob(hash: Uint8Array, { signal, maxBytes }: CallOptions & { maxBytes: number }): Promise<Uint8Array> {
    return await this.#inSession(signal, (token) =>
      joinParts(this.#transport.stream(getBlob, { hash }, { token, signal }), maxBytes),
    )
  }

  async *watchRounds({ signal: outer }: { signal: AbortSignal }): AsyncGenerator<RoundView, never> {
    const { clock = systemClock, random, logger = silentLogger } = this.#options
    const backoff = new Backoff({ initialMs: this.#limits.backoffMs, maxMs: this.#limits.maxBackoffMs, random })
    const left = new AbortController()
    const signal = AbortSignal.any([outer, left.signal])
    /** The failure that was logged last: a coordinator that is down is not news every second. */
    let logged: string | undefined
    try {
      for (;;) {
        let token = this.#token
        try {
          token ??= await this.#openSession(signal)
          for await (const view of newest(this.#transport.stream(watchRounds, {}, { token, signal }))) {
            backoff.reset()
            logged = undefined
            yield view
          }
        } catch (error) {
          if (!this.#mayComeBack(error)) throw error
          if (error.code === 'SESSION_EXPIRED' && this.#token === token) this.#token = undefined
          const level = logged === error.code ? 'debug' : 'warn'
          logged = error.code
          logger[level]({ code: error.code, reason: error.message }, 'lost the connection to the coordinator; retrying')
        }
        // A watch that ends without an error means that the server stopped.
        await clock.sleep(backoff.next(), signal)
      }
    } finally {
      // Also when the reader leaves: the call underneath would otherwise go on.
      left.abort()
    }
  }

  forgetSession(): void {
    this.#changes++
    this.#token = undefined
  }

  async renewSession({ signal }: CallOptions = {}): Promise<void> {
    this.forgetSession()
    await this.#openSession(signal)
  }

  close(): void {
    this.#transport.close()
  }

  #mayComeBack(error: unknown): error is QuorateError {
    if (!isQuorateError(error)) return false
    return error.code === 'SESSION_EXPIRED' ? this.#options.signJoin !== undefined : PASSING.has(error.code)
  }

  /** Runs a call in a session, in a new one if the old one turns out to have ended. */
  async #inSession<T>(signal: AbortSignal | undefined, call: (token: string | undefined) => Promise<T>): Promise<T> {
    const token = this.#token ?? (await this.#openSession(signal))
    try {
      return await call(token)
    } catch (error) {
      if (!isQuorateError(error, 'SESSION_EXPIRED') || !this.#options.signJoin) throw error
      // Another call may have noticed first and opened the next session already.
      if (this.#token === token) this.#token = undefined
      return await call(this.#token ?? (await this.#openSession(signal)))
    }
  }

  /** The token of a new session; undefined without the means to open one; the coordinator then reports the missing part. */
  async #openSession(signal: AbortSignal | undefined): Promise<string | undefined> {
    const { signJoin } = this.#options
    if (!signJoin) return undefined
    // Calls made at the same time share one Join, as each Join ends the session before it.
    this.#joining ??= this.#join(signJoin).finally(() => (this.#joining = undefined))
    const { token } = await (signal ? abortable(this.#joining, signal) : this.#joining)
    return token
  }

  /** A session that tells what is true when it opens: one whose Join was under way during a change is not used. */
  async #join(signJoin: NonNullable<CoordinatorClientOptions['signJoin']>): Promise<JoinResponse> {
    for (;;) {
      const changes = this.#changes
      const response = await this.join(await signJoin(await this.joinTarget()))
      if (changes === this.#changes) return response
      this.#token = undefined
    }
  }
}
