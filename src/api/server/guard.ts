import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { originOf, QuorateError, RateLimiter } from '../../core/index.ts'
import { API_BASE } from '../routes.ts'

export interface GuardOptions {
  /** Clients must send it; undefined lets everybody in, which only a loopback address may. */
  token: string | undefined
  /** Whether only this machine reaches the server. Then the name that a client asks for must be one of this machine. */
  loopback: boolean
  /** Requests of one address, per second on average, and at once. */
  rate: { perSecond: number; burst: number }
}

/** Addresses whose rate is known. */
const ADDRESSES = 4096
const METHODS = ['GET', 'HEAD', 'OPTIONS']
/** Names of this machine in a Host header. */
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/i

/** Decides who may ask what. */
export class Guard {
  readonly #options: GuardOptions
  readonly #limiter: RateLimiter
  readonly #token: Buffer | undefined

  constructor(options: GuardOptions) {
    this.#options = options
    this.#limiter = new RateLimiter({ ...options.rate, keys: ADDRESSES })
    this.#token = options.token === undefined ? undefined : digest(options.token)
  }

  /** @throws QuorateError RATE_LIMITED, API_HOST_REFUSED, API_PATH_UNKNOWN, API_REQUEST_INVALID, API_TOKEN_REFUSED */
  check(request: IncomingMessage, path: string): void {
    const { loopback } = this.#options
    if (!this.#limiter.take(originOf(request.socket.remoteAddress ?? '')))
      throw new QuorateError('RATE_LIMITED', 'this address asks too often')
    // A page of another site can have its name lead to this machine, and would then be of the same origin (DNS rebinding).
    if (loopback && !LOOPBACK.test(request.headers.host ?? ''))
      throw new QuorateError('API_HOST_REFUSED', 'the request names another host than this machine')
    if (!METHODS.includes(request.method ?? ''))
      throw new QuorateError('API_PATH_UNKNOWN', `the API does not answer ${request.method}`)
    if (Number(request.headers['content-length'] ?? 0) > 0 || request.headers['transfer-encoding'] !== undefined)
      throw new QuorateError('API_REQUEST_INVALID', 'a request has no body')
    // A preflight has no header of the client, and the files of the dashboard say nothing of the node.
    if (request.method !== 'OPTIONS' && path.startsWith(`${API_BASE}/`)) this.#checkToken(request.headers.authorization)
  }

  #checkToken(authorization = ''): void {
    if (!this.#token) return
    const [scheme = '', given = ''] = authorization.split(' ')
    // Of equal length, and compared in a time that says nothing of where they differ.
    if (scheme.toLowerCase() === 'bearer' && timingSafeEqual(digest(given), this.#token)) return
    throw new QuorateError('API_TOKEN_REFUSED', 'the request has no token, or another one')
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
