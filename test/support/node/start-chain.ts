import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startCoordinator } from '../../../coordinator/app.ts'
import type { Coordinator, CoordinatorOptions } from '../../../coordinator/app.ts'
import { startParticipant } from '../../../participant/app.ts'
import type { Participant, ParticipantOptions } from '../../../participant/app.ts'
import { registerKeys, signKeyConsent } from '../../../src/chain/index.ts'
import { noMetrics, silentLogger } from '../../../src/core/index.ts'
import { peerKeyFromSeed } from '../../../src/network/index.ts'
import { NodeEvents } from '../../../src/node/index.ts'
import type { NodeEvent } from '../../../src/node/index.ts'
import { encodeSpec, fromHex } from '../../../src/protocol/index.ts'
import { enrol, hash, openTask, startTestChain } from '../../integration/chain/harness.ts'
import type { TestChain } from '../../integration/chain/harness.ts'
import { startRpcProxy } from '../chain/rpc-proxy.ts'
import type { RpcFault, RpcProxy } from '../chain/rpc-proxy.ts'
import { smallTask } from './small-task.ts'

const OPERATOR = 1
const MEMBER = 2

/** A chain with an operator and a member of a small task, an RPC provider before it, and the files that the programs start from. */
export class StartChain implements AsyncDisposable {
  readonly on: TestChain
  readonly task: bigint
  readonly proxy: RpcProxy
  readonly folder: string

  private constructor(parts: Pick<StartChain, 'on' | 'task' | 'proxy' | 'folder'>) {
    this.on = parts.on
    this.task = parts.task
    this.proxy = parts.proxy
    this.folder = parts.folder
  }

  static async make(): Promise<StartChain> {
    const on = await startTestChain({ mining: 'automine' })
    await enrol(on, OPERATOR, 'operator')
    await enrol(on, MEMBER, 'member')
    const { contracts, chain } = on
    for (const index of [OPERATOR, MEMBER]) {
      const { account, address: operatorKey } = on.hot(index)
      const peerKey = await peerKeyFromSeed(fromHex(seedOf(index)))
      const owner = on.sender(index)
      const consent = await signKeyConsent({
        chainId: chain.chainId,
        vault: contracts.vault,
        owner: owner.address,
        peerKey,
        account,
      })
      await registerKeys(owner, { vault: contracts.vault, operatorKey, peerKey, consent })
    }
    const { spec, document, genesis } = smallTask()
    const task = await openTask(on, { spec })
    const folder = await mkdtemp(join(tmpdir(), 'quorate-start-'))
    await writeFile(join(folder, 'spec.json'), encodeSpec(spec))
    await writeFile(join(folder, 'document.json'), document)
    await writeFile(join(folder, 'genesis.i32'), genesis)
    return new StartChain({ on, task, folder, proxy: await startRpcProxy(on.anvil.rpcUrl) })
  }

  get chain(): CoordinatorOptions['chain'] {
    const { chain, deployment, contracts } = this.on
    const { fromBlock } = deployment
    return { rpcUrl: this.proxy.url, chainId: chain.chainId, ledger: contracts.ledger, fromBlock, pollingIntervalMs: 20 }
  }

  async coordinator(started: Started, changes: Partial<CoordinatorOptions> = {}): Promise<Coordinator> {
    const file = (name: string): string => join(this.folder, name)
    return startCoordinator(
      {
        chain: this.chain,
        task: {
          id: this.task,
          specPath: file('spec.json'),
          documentPath: file('document.json'),
          genesisPath: file('genesis.i32'),
        },
        operatorKey: this.on.hot(OPERATOR).privateKey,
        peerSeed: seedOf(OPERATOR),
        grpc: { listen: '127.0.0.1:0', hosts: [] },
        p2p: { listen: ['/ip4/127.0.0.1/tcp/0'] },
        dataFolder: file('operator'),
        logger: silentLogger,
        metrics: noMetrics,
        clock: started.clock,
        events: started.events,
        ...changes,
      },
      started.signal,
    )
  }

  /** A member that watches: it trains nothing. */
  async member(
    started: Started,
    coordinators: ParticipantOptions['coordinators'],
    changes: Partial<ParticipantOptions> = {},
  ): Promise<Participant> {
    return startParticipant(
      {
        chain: this.chain,
        task: this.task,
        operatorKey: this.on.hot(MEMBER).privateKey,
        peerSeed: seedOf(MEMBER),
        coordinators,
        p2p: { listen: ['/ip4/127.0.0.1/tcp/0'] },
        dataFolder: join(this.folder, 'member'),
        logger: silentLogger,
        metrics: noMetrics,
        clock: started.clock,
        events: started.events,
        ...changes,
      },
      started.signal,
    )
  }

  /** The secret behind the peer key of an account. */
  seedOf(index: number): `0x${string}` {
    return seedOf(index)
  }

  /** The task with files of another one. */
  async otherTask(): Promise<CoordinatorOptions['task']> {
    const other = smallTask({ toleranceBps: 2600 })
    const file = (name: string): string => join(this.folder, name)
    await writeFile(file('other.json'), encodeSpec(other.spec))
    return {
      id: this.task,
      specPath: file('other.json'),
      documentPath: file('document.json'),
      genesisPath: file('genesis.i32'),
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.proxy[Symbol.asyncDispose]()
    await this.on[Symbol.asyncDispose]()
    await rm(this.folder, { recursive: true, force: true })
  }
}

/** One start: what it says, the signal that ends it, and pauses that take no time. */
export class Started {
  readonly events = new NodeEvents(silentLogger)
  readonly told: NodeEvent[] = []
  readonly #abort = new AbortController()
  /** The pause yields a turn, so that the proxy is asked again and not at once. */
  readonly clock = { sleep: async () => new Promise<void>((resolve) => setImmediate(resolve)) }

  constructor() {
    this.events.onAny((event) => void this.told.push(event))
  }

  get signal(): AbortSignal {
    return this.#abort.signal
  }

  /** As Ctrl-C does. */
  interrupt(): void {
    this.#abort.abort()
  }

  get reasons(): string[] {
    return this.told.flatMap((event) => (event.event === 'waiting' ? [event.reason] : []))
  }

  /** Resolves with the first reason to wait that contains these words. */
  async waits(words: string): Promise<string> {
    return new Promise((resolve) => {
      const look = (): void => {
        const found = this.reasons.find((reason) => reason.includes(words))
        if (found !== undefined) resolve(found)
      }
      this.events.onAny(look)
      look()
    })
  }
}

/** From request `from` on, counted from 1, the provider fails in one way, until it is mended. */
export class Outage {
  readonly #from: number
  readonly #reply: ReturnType<RpcFault>
  readonly #begun = Promise.withResolvers<void>()
  #requests = 0
  #mended = false

  constructor(from: number, reply: ReturnType<RpcFault>) {
    this.#from = from
    this.#reply = reply
  }

  /** Resolves with the first request that fails. */
  async begun(): Promise<void> {
    return this.#begun.promise
  }

  mend(): void {
    this.#mended = true
  }

  readonly fault: RpcFault = () => {
    if (++this.#requests < this.#from || this.#mended) return undefined
    this.#begun.resolve()
    return this.#reply
  }
}

/** What a provider does to a request that it never answers. */
export const SILENCE = new Promise<never>(() => {})

function seedOf(index: number): `0x${string}` {
  return hash(`seed ${index}`)
}
