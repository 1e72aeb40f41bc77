import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { keccak256 } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import type { PrivateKeyAccount } from 'viem/accounts'
import type { Hex } from '../../../src/protocol/index.ts'

export interface ReferenceSignerOptions {
  /** Private keys that it has. */
  keys: readonly Hex[]
  /** Bearer token that it asks for. */
  token?: string
  /** PEM; with `clientCa` it takes only clients with a certificate of that authority. */
  tls?: { certificate: string; key: string; clientCa?: string }
  /** A fixed port, to come back at the address of an earlier one. */
  port?: number
}

/** How a signer fails. `silent` takes the request and never answers. */
export type SignerFault = 'silent' | { status: number } | { text: string }

/** What the signer was asked to sign, in order. */
export interface Signed {
  identifier: Hex
  data: Hex
}

/**
 * A signer as Web3Signer is one, for tests: the API for secp256k1 keys over HTTP or HTTPS. It signs whatever it is asked to, and remembers it.
 *
 * @example
 * await using signer = await startReferenceSigner({ keys: [key] })
 * const account = openRemoteSigner({ url: signer.url, address })
 */
export class ReferenceSigner implements AsyncDisposable {
  readonly signed: Signed[] = []
  /** Set to make every answer fail. */
  fault: SignerFault | undefined
  readonly #options: ReferenceSignerOptions
  readonly #accounts: ReadonlyMap<string, PrivateKeyAccount>
  readonly #server: Server

  constructor(options: ReferenceSignerOptions) {
    this.#options = options
    // The name of a key is its point without the prefix of uncompressed ones.
    this.#accounts = new Map(
      options.keys.map((key) => privateKeyToAccount(key)).map((account) => [`0x${account.publicKey.slice(4)}`, account]),
    )
    const answer = (request: IncomingMessage, response: ServerResponse): void => void this.#answer(request, response)
    const { tls } = options
    this.#server = tls
      ? createTlsServer(
          {
            cert: tls.certificate,
            key: tls.key,
            ca: tls.clientCa,
            requestCert: tls.clientCa !== undefined,
            rejectUnauthorized: true,
          },
          answer,
        )
      : createServer(answer)
  }

  get url(): string {
    return `${this.#options.tls ? 'https' : 'http'}://127.0.0.1:${this.port}`
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(this.#options.port ?? 0, '127.0.0.1', resolve))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { fault } = this
    if (fault === 'silent') return
    if (fault) return void response.writeHead('status' in fault ? fault.status : 200).end('text' in fault ? fault.text : '')
    const { token } = this.#options
    if (token !== undefined && request.headers.authorization !== `Bearer ${token}`) return void response.writeHead(401).end()
    if (request.method === 'GET' && request.url === '/upcheck') return void response.end('OK')
    if (request.method === 'GET' && request.url === '/api/v1/eth1/publicKeys')
      return void response.setHeader('content-type', 'application/json').end(JSON.stringify([...this.#accounts.keys()]))
    const identifier = /^\/api\/v1\/eth1\/sign\/(0x[0-9a-f]{128})$/.exec(request.url ?? '')?.[1] as Hex | undefined
    const account = identifier && this.#accounts.get(identifier)
    if (request.method !== 'POST' || !account) return void response.writeHead(404).end()
    let body = ''
    for await (const chunk of request) body += String(chunk)
    const { data } = JSON.parse(body) as { data: Hex }
    this.signed.push({ identifier, data })
    response.setHeader('content-type', 'text/plain').end(await account.sign({ hash: keccak256(data) }))
  }
}

/** Makes and starts one. */
export async function startReferenceSigner(options: ReferenceSignerOptions): Promise<ReferenceSigner> {
  const signer = new ReferenceSigner(options)
  await signer.start()
  return signer
}
