import { createHash, randomBytes } from 'node:crypto'
import { QuorateError } from '../core/index.ts'
import type { Clock } from '../core/index.ts'
import type { Address, Hash } from '../protocol/types.ts'
import { isoTime } from './iso-time.ts'
import { RPC_LIMITS } from './limits.ts'

/** The member of a token. */
export interface Session {
  member: Address
  peerKey: Hash
  /** Unix seconds; the session ends then. */
  expires: number
}

export interface SessionStoreOptions {
  clock: Pick<Clock, 'now'>
  limits?: { sessions: number; sessionSeconds: number }
}

/**
 * Session tokens of the members: 256 random bits each, of which only the hash is kept, one live token per member.
 * They live in memory; after a restart of the coordinator members join again by themselves.
 *
 * @example
 * const token = sessions.open({ member, peerKey, expires })   // in the Join handler, after the signature was checked
 * sessions.authenticate(token).member
 */
export class SessionStore {
  readonly #clock: Pick<Clock, 'now'>
  readonly #limits: { sessions: number; sessionSeconds: number }
  readonly #byToken = new Map<string, Session>()
  readonly #tokenOf = new Map<string, string>()

  constructor({ clock, limits = RPC_LIMITS }: SessionStoreOptions) {
    this.#clock = clock
    this.#limits = limits
  }

  /** Sessions that may still be used. */
  get size(): number {
    this.#forgetExpired()
    return this.#byToken.size
  }

  /** The members with a live session, lower-case. */
  members(): Address[] {
    this.#forgetExpired()
    return [...this.#byToken.values()].map((session) => session.member)
  }

  /**
   * Opens a session and ends the member's earlier one. `expires`, by the clock here, is cut to the longest session allowed.
   * CLOCK_SKEWED if it is already over, RATE_LIMITED if too many members have one.
   */
  open({ member, peerKey, expires }: Session): { token: string; expires: number } {
    const now = this.#clock.now()
    if (expires <= now)
      throw new QuorateError(
        'CLOCK_SKEWED',
        `the requested session ends at ${isoTime(expires * 1000)}, and the clock of the coordinator shows ${isoTime(now * 1000)}`,
        { details: { expires, now } },
      )
    this.close(member)
    if (this.size >= this.#limits.sessions)
      throw new QuorateError('RATE_LIMITED', `${this.#limits.sessions} sessions are open, which is the limit`)
    const token = randomBytes(32).toString('base64url')
    const session = {
      member: member.toLowerCase() as Address,
      peerKey,
      expires: Math.min(expires, now + this.#limits.sessionSeconds),
    }
    this.#byToken.set(digest(token), session)
    this.#tokenOf.set(session.member, digest(token))
    return { token, expires: session.expires }
  }

  /** The session of a token; SESSION_EXPIRED if there is none any more. */
  authenticate(token: string): Session {
    const session = this.#byToken.get(digest(token))
    if (!session || session.expires <= this.#clock.now())
      throw new QuorateError('SESSION_EXPIRED', 'this session is unknown or has ended')
    return session
  }

  /** Ends the session of a member, if it has one: after its keys were rotated or its stake left. */
  close(member: Address): void {
    const token = this.#tokenOf.get(member.toLowerCase())
    if (token === undefined) return
    this.#tokenOf.delete(member.toLowerCase())
    this.#byToken.delete(token)
  }

  #forgetExpired(): void {
    const now = this.#clock.now()
    for (const session of this.#byToken.values()) if (session.expires <= now) this.close(session.member)
  }
}

/** Looking up a hash tells a guesser nothing through timing, and a memory dump holds no token. */
function digest(token: string): string {
  return createHash('sha256').update(token).digest('base64url')
}
