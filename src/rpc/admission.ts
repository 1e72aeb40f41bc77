import type { Metadata } from '@grpc/grpc-js'
import { originOf, QuorateError, RateLimiter } from '../core/index.ts'
import { OPEN_METHODS } from './handlers.ts'
import type { CoordinatorMethod } from './handlers.ts'
import type { RpcLimits } from './limits.ts'
import type { Session } from './sessions.ts'

/** The metadata key of the session token. */
export const TOKEN_KEY = 'authorization'

export interface Ticket {
  session: Session | undefined
  /** Throws once the session has ended: a stream outlives the call that opened it. */
  recheck(): void
  /** Gives the stream's place back. */
  release(): void
}

/**
 * Decides whether a call may run: who calls, how often, how many streams they hold. Calls without a good token count against their
 * host, so guessing tokens is as slow as everything else, and against all hosts together, so that many hosts leave the node time
 * for its members.
 *
 * Errors: SESSION_EXPIRED, RATE_LIMITED.
 */
export class Admission {
  readonly #authenticate: (token: string) => Session
  readonly #limits: RpcLimits
  readonly #rates: RateLimiter
  readonly #strangers: RateLimiter
  readonly #streams = new Map<string, number>()

  constructor(options: { authenticate: (token: string) => Session; limits: RpcLimits; now?: () => number }) {
    const { limits } = options
    this.#authenticate = options.authenticate
    this.#limits = limits
    this.#rates = new RateLimiter({
      perSecond: limits.callsPerSecond,
      burst: limits.callBurst,
      keys: limits.rateKeys,
      now: options.now,
    })
    this.#strangers = new RateLimiter({
      perSecond: limits.strangerCallsPerSecond,
      burst: limits.strangerCallBurst,
      keys: 1,
      now: options.now,
    })
  }

  admit(method: CoordinatorMethod, metadata: Metadata, host: string, streaming: boolean): Ticket {
    const token = metadata.get(TOKEN_KEY)[0]?.toString()
    const open = (OPEN_METHODS as readonly string[]).includes(method)
    const session = open ? undefined : this.#session(token, host)
    const caller = session ? `member:${session.member}` : `host:${originOf(host)}`
    this.#takeRate(caller)
    if (!session) this.#takeStranger()
    if (streaming) this.#takeStream(caller)
    return {
      session,
      recheck: () => {
        if (token !== undefined && !open) this.#authenticate(token)
      },
      release: () => {
        if (streaming) this.#leaveStream(caller)
      },
    }
  }

  #session(token: string | undefined, host: string): Session {
    try {
      if (token === undefined) throw new QuorateError('SESSION_EXPIRED', 'this call needs a session token from Join')
      return this.#authenticate(token)
    } catch (error) {
      this.#takeRate(`host:${originOf(host)}`)
      this.#takeStranger()
      throw error
    }
  }

  #takeStranger(): void {
    if (this.#strangers.take('all')) return
    throw new QuorateError('RATE_LIMITED', 'too many callers without a session')
  }

  #takeRate(caller: string): void {
    if (this.#rates.take(caller)) return
    throw new QuorateError('RATE_LIMITED', `more than ${this.#limits.callsPerSecond} calls per second`)
  }

  #takeStream(caller: string): void {
    const open = this.#streams.get(caller) ?? 0
    if (open >= this.#limits.streamsPerSession)
      throw new QuorateError('RATE_LIMITED', `${open} streams are open, which is the limit`)
    this.#streams.set(caller, open + 1)
  }

  #leaveStream(caller: string): void {
    const left = this.#streams.get(caller)! - 1
    if (left === 0) this.#streams.delete(caller)
    else this.#streams.set(caller, left)
  }
}
