import { expect } from 'vitest'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { QuorateError, silentLogger } from '../../../src/core/index.ts'
import type { Logger, Metrics } from '../../../src/core/index.ts'
import { Phase } from '../../../src/protocol/gen/quorate/v1/coordinator_pb.ts'
import { fromHex, toHex } from '../../../src/protocol/index.ts'
import type { Address } from '../../../src/protocol/index.ts'
import {
  Feed,
  SessionStore,
  blobParts,
  createCoordinatorClient,
  createRpcServer,
  ensureTlsIdentity,
} from '../../../src/rpc/index.ts'
import type {
  CoordinatorClient,
  CoordinatorClientOptions,
  CoordinatorHandlers,
  RpcLimits,
  RpcServer,
  TlsIdentity,
} from '../../../src/rpc/index.ts'

export const MEMBER: Address = `0x${'a1'.repeat(20)}`
export const OTHER: Address = `0x${'b2'.repeat(20)}`
export const OPERATOR: Address = `0x${'c3'.repeat(20)}`

export interface View {
  round: bigint
  phase: Phase
  claimHash?: Uint8Array
}

export const view = (round: number, claimHash?: Uint8Array): View => ({ round: BigInt(round), phase: Phase.COMMIT, claimHash })

/** The statement a member would sign; the handlers below judge everything but the signature. */
export const statement = (member: Address) => async () => ({
  member: fromHex(member),
  peerKey: new Uint8Array(32),
  expires: 10_000n,
})

/** A call that only a session of `member` may make. */
export const callAs = async (client: CoordinatorClient, member: Address) =>
  client.commit({ commitment: { task: 7n, round: 1n, member: fromHex(member), commitment: new Uint8Array(32) } })

/** A coordinator's gRPC side with real TLS, a clock the test owns, and handlers each test may replace. */
export class Harness implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'quorate-rpc-'))
  readonly feed = new Feed<View>()
  now = 1000
  sessions = new SessionStore({ clock: { now: () => this.now } })
  joins = 0
  readonly handlers: CoordinatorHandlers
  tls!: TlsIdentity
  server!: RpcServer
  readonly #clients: CoordinatorClient[] = []

  private constructor() {
    this.handlers = {
      getTask: async () => ({ task: 7n, operator: fromHex(OPERATOR), time: BigInt(this.now) }),
      join: async (request) => {
        this.joins++
        const { token, expires } = this.sessions.open({
          member: toHex(request.member),
          peerKey: toHex(request.peerKey),
          expires: Number(request.expires),
        })
        return { token, expires: BigInt(expires), peerRecords: [Uint8Array.of(7)] }
      },
      commit: async (request, { session }) => {
        if (toHex(request.commitment!.member) !== session.member) {
          throw new QuorateError('SIGNATURE_INVALID', 'a session hands in the commitments of its own member')
        }
        return { receipt: { member: request.commitment!.member, commitment: request.commitment!.commitment } }
      },
      watchRounds: (_, { signal }) => this.feed.subscribe(signal),
      getBlob: async function* ({ hash }) {
        yield* blobParts(new Uint8Array(hash[0]! * 10_000).fill(7))
      },
    }
  }

  static async start(
    options: { limits?: Partial<RpcLimits>; handlers?: Partial<CoordinatorHandlers>; logger?: Logger; metrics?: Metrics } = {},
  ): Promise<Harness> {
    const harness = new Harness()
    Object.assign(harness.handlers, options.handlers)
    harness.tls = await ensureTlsIdentity(join(harness.folder, 'tls'), { hosts: [] })
    await harness.listen('127.0.0.1:0', options)
    return harness
  }

  async listen(
    listen: string,
    { limits, logger = silentLogger, metrics }: { limits?: Partial<RpcLimits>; logger?: Logger; metrics?: Metrics } = {},
  ): Promise<void> {
    const authenticate = (token: string) => this.sessions.authenticate(token)
    this.server = createRpcServer({
      listen,
      tls: this.tls,
      handlers: this.handlers,
      authenticate,
      limits: { stopMs: 300, ...limits },
      logger,
      metrics,
    })
    await this.server.start()
  }

  client(options: Partial<CoordinatorClientOptions> = {}): CoordinatorClient {
    const client = createCoordinatorClient({
      address: this.server.address,
      tls: { ca: this.tls.certificate },
      signJoin: statement(MEMBER),
      ...options,
      limits: { backoffMs: 10, maxBackoffMs: 40, ...options.limits },
    })
    this.#clients.push(client)
    return client
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) client.close()
    await this.server.stop()
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** For `rejects.toThrow`. */
export const code = (expected: string) => expect.objectContaining({ code: expected })
