import { z } from 'zod'
import { QuorateError } from '../core/index.ts'
import type { Hex } from '../protocol/index.ts'
import { requestText } from './request-text.ts'
import type { SignerAnswer } from './request-text.ts'

export interface SignerClientOptions {
  /** Where the API is, `http://…` or `https://…`; a path in front of `/api` may be part of it. */
  url: string
  /** Sent as bearer token. */
  token?: string | undefined
  /** PEM: the authorities that issue the signer's certificate, and this node's own certificate with its key (mutual TLS). */
  tls?: { ca?: string | undefined; certificate?: string | undefined; key?: string | undefined }
  /** Most time for one answer, ms; default 5 s. */
  timeoutMs?: number
}

const KEYS = z.array(z.string().regex(/^0x(04)?[0-9a-f]{128}$/i))
const SIGNATURE = /^0x[0-9a-f]{130}$/i

/**
 * The HTTP API of a signer (EIP-3030, and Web3Signer's names for secp256k1 keys).
 *
 * @throws QuorateError of every call: SIGNER_UNREACHABLE without an answer or with one of the status 5xx, SIGNER_REFUSED with any other answer than the one asked for, CANCELLED
 */
export class SignerClient {
  /** The signer for people: scheme, host and port. */
  readonly place: string
  readonly #options: SignerClientOptions

  constructor(options: SignerClientOptions) {
    this.#options = options
    this.place = new URL(options.url).origin
  }

  async upcheck(signal?: AbortSignal): Promise<void> {
    await this.#ask('GET', '/upcheck', undefined, signal)
  }

  /** The public keys that the signer has. */
  async publicKeys(signal?: AbortSignal): Promise<Hex[]> {
    const { text } = await this.#ask('GET', '/api/v1/eth1/publicKeys', undefined, signal)
    const listed = KEYS.safeParse(jsonOf(text))
    if (!listed.success) throw this.#refused('did not list its keys as JSON')
    return listed.data as Hex[]
  }

  /** Signs the keccak256 of the data. 65 bytes: r, s, v. */
  async sign(identifier: Hex, data: Hex): Promise<Hex> {
    const { text } = await this.#ask('POST', `/api/v1/eth1/sign/${identifier}`, { data })
    // Web3Signer answers with bare text, EIP-3030 has JSON.
    const json = jsonOf(text) as { signature?: unknown } | undefined
    const signature = typeof json?.signature === 'string' ? json.signature : text.trim()
    if (!SIGNATURE.test(signature)) throw this.#refused('answered with something else than a signature')
    return signature.toLowerCase() as Hex
  }

  async #ask(method: 'GET' | 'POST', path: string, body?: unknown, signal?: AbortSignal): Promise<SignerAnswer> {
    const { url, token, tls = {}, timeoutMs = 5000 } = this.#options
    const headers = {
      accept: 'application/json, text/plain',
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    }
    const request = { method, headers, tls, timeoutMs, signal, ...(body !== undefined && { body: JSON.stringify(body) }) }
    const answer = await requestText(url.replace(/\/$/, '') + path, request).catch((cause: unknown) => {
      if (signal?.aborted)
        throw new QuorateError('CANCELLED', `the question to the signer ${this.place} was cancelled`, { cause })
      throw this.#unreachable((cause as Error).message, cause)
    })
    const { status } = answer
    if (status >= 200 && status < 300) return answer
    if (status >= 500) throw this.#unreachable(`answered ${method} ${path.split('/0x')[0]} with status ${status}`)
    throw this.#refused(`refused with status ${status}: ${WORDS[status] ?? 'look into its log'}`, { status })
  }

  #unreachable(why: string, cause?: unknown): QuorateError {
    return new QuorateError('SIGNER_UNREACHABLE', `the signer ${this.place} does not sign: ${why}`, {
      details: { signer: this.place },
      cause,
    })
  }

  #refused(why: string, details: Record<string, unknown> = {}): QuorateError {
    return new QuorateError('SIGNER_REFUSED', `the signer ${this.place} ${why}`, { details: { signer: this.place, ...details } })
  }
}

const WORDS: Readonly<Record<number, string>> = {
  400: 'the signer does not take this data',
  401: 'the signer wants another token or certificate',
  403: 'the signer wants another token or certificate, or does not sign for this machine',
  404: 'the signer does not have this key, or has its API at another path',
  412: 'a rule of the signer forbids this signature',
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
