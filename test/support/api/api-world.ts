import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseEther } from 'viem'
import { startCoordinator } from '../../../coordinator/app.ts'
import type { Coordinator } from '../../../coordinator/app.ts'
import { startApi } from '../../../src/api/start-api.ts'
import type { Api, ApiConfig, StartApiOptions } from '../../../src/api/start-api.ts'
import { silentLogger } from '../../../src/core/index.ts'
import {
  createTask,
  finalizeWithQuorum,
  fundRewards,
  mintDevelopmentTokens,
  registerKeys,
  signKeyConsent,
} from '../../../src/chain/index.ts'
import { peerKeyFromSeed } from '../../../src/network/index.ts'
import { NodeEvents, NodeStatus } from '../../../src/node/index.ts'
import type { NodeEvent } from '../../../src/node/index.ts'
import { createMetrics } from '../../../src/observe/index.ts'
import type { MetricsRegistry } from '../../../src/observe/index.ts'
import { encodeSpec, fromHex, lowerHex, metricsOf, signStatement, spendingOf, STATEMENTS } from '../../../src/protocol/index.ts'
import type { Address, EvaluationMessage, Hash, SpendingMessage, SpendingNumbers, TaskSpec } from '../../../src/protocol/index.ts'
import { enrol, hash, joinAll, startTestChain } from '../../integration/chain/harness.ts'
import type { TestChain } from '../../integration/chain/harness.ts'
import { Chorus } from '../node/chorus.ts'
import { smallTask, smallUpdate } from '../node/small-task.ts'
import { pollUntil } from '../poll-until.ts'

const OPERATOR = 1
/** So long that the time of a loaded machine ends none of them. */
const WINDOWS = { commit: 600, reveal: 600, attest: 600, post: 600, challenge: 6000 }

export interface ApiWorldOptions {
  /** Members of the task, all honest unless `updateOf` says otherwise; default 4. */
  members?: number
  updateOf?: (round: bigint, index: number) => Int8Array
}

/**
 * An operator's node on a real chain whose members are a chorus, and HTTP servers over it. The node is the program's: peers aside, nothing is
 * left out.
 */
export class ApiWorld implements AsyncDisposable {
  readonly on: TestChain
  readonly task: bigint
  readonly folder: string
  readonly events: NodeEvents
  readonly told: NodeEvent[]
  readonly coordinator: Coordinator
  readonly chorus: Chorus
  /** Owners, in slot order. */
  readonly members: readonly Address[]
  readonly metrics: MetricsRegistry
  readonly #apis: Api[] = []
  readonly #status: NodeStatus

  private constructor(
    parts: Pick<ApiWorld, 'on' | 'task' | 'folder' | 'events' | 'told' | 'coordinator' | 'chorus' | 'members' | 'metrics'> & {
      status: NodeStatus
      early: Api
    },
  ) {
    this.on = parts.on
    this.task = parts.task
    this.folder = parts.folder
    this.events = parts.events
    this.told = parts.told
    this.coordinator = parts.coordinator
    this.chorus = parts.chorus
    this.members = parts.members
    this.metrics = parts.metrics
    this.#status = parts.status
    this.#apis.push(parts.early)
  }

  /** @param before what is asked of the API before the node starts */
  static async make(
    { members: count = 4, updateOf }: ApiWorldOptions = {},
    before: (address: string) => Promise<void> = async () => {},
  ): Promise<ApiWorld> {
    const on = await startTestChain({ mining: 'automine' })
    await enrol(on, OPERATOR, 'operator')
    const places = Array.from({ length: count }, (_, k) => OPERATOR + 1 + k)
    for (const place of places) await enrol(on, place, 'member')
    const { contracts, chain } = on
    const { vault, ledger } = contracts
    const owner = on.sender(OPERATOR)
    const { account, address: operatorKey, privateKey } = on.hot(OPERATOR)
    const peerSeed = hash('peer of the operator')
    const peerKey = await peerKeyFromSeed(fromHex(peerSeed))
    const consent = await signKeyConsent({ chainId: chain.chainId, vault, owner: owner.address, peerKey, account })
    await registerKeys(owner, { vault, operatorKey, peerKey, consent })
    const { spec, document, genesis } = smallTask({ rewardPerRound: parseEther('0.5'), operatorShareBps: 1000 })
    const task = await fundedTask(on, spec)
    const folder = await mkdtemp(join(tmpdir(), 'quorate-api-'))
    const file = (name: string): string => join(folder, name)
    await writeFile(file('spec.json'), encodeSpec(spec))
    await writeFile(file('document.json'), document)
    await writeFile(file('genesis.i32'), genesis)
    const events = new NodeEvents(silentLogger)
    const told: NodeEvent[] = []
    events.onAny((event) => void told.push(event))
    const metrics = createMetrics({ strict: true })
    const status = new NodeStatus(events, { metrics })
    const early = await startApi(apiOptions({ task, folder, events, metrics, status }))
    await before(early.address)
    const coordinator = await startCoordinator(
      {
        chain: {
          rpcUrl: on.anvil.rpcUrl,
          chainId: chain.chainId,
          ledger,
          fromBlock: on.deployment.fromBlock,
          pollingIntervalMs: 20,
        },
        task: { id: task, specPath: file('spec.json'), documentPath: file('document.json'), genesisPath: file('genesis.i32') },
        operatorKey: privateKey,
        peerSeed,
        grpc: { listen: '127.0.0.1:0', hosts: [] },
        p2p: { listen: ['/ip4/127.0.0.1/tcp/0'] },
        dataFolder: file('operator'),
        logger: silentLogger,
        metrics,
        events,
      },
      AbortSignal.timeout(300_000),
    )
    const { node } = coordinator
    early.follow(node)
    const { domain } = node.ports.task
    const chorus = new Chorus(
      {
        domain,
        rounds: node.rounds,
        async hear(message) {
          const validation = await node.inbox.validate(message)
          if (validation.verdict === 'accept') node.inbox.accept(message)
          return validation
        },
        async hold(root, update, round) {
          const bytes = new Uint8Array(update.buffer, update.byteOffset, update.byteLength)
          await node.ports.stores.updates.put(root, bytes, { verify: false })
          if (round !== undefined) node.rounds.dispatch(round, { type: 'held', updateRoot: root })
        },
      },
      task,
      places.map((place) => ({ owner: on.sender(place).address, account: on.hot(place).account })),
    )
    chorus.updateOf = updateOf ?? ((round, index) => smallUpdate(Number(round) * 10 + index))
    const members = places.map((place) => lowerHex(on.sender(place).address))
    return new ApiWorld({ on, task, folder, events, told, coordinator, chorus, members, metrics, status, early })
  }

  /** Address of the API that was there before the node. */
  get address(): string {
    return this.#apis[0]!.address
  }

  get url(): string {
    return `http://${this.address}/api/v1`
  }

  /** Another API over the same node. */
  async serve(config: Partial<ApiConfig>, options: Partial<StartApiOptions> = {}): Promise<Api> {
    const { task, folder, events, metrics } = this
    const usual = apiOptions({ task, folder, events, metrics, status: this.#status })
    const api = await startApi({ ...usual, ...options, config: { ...usual.config, ...config } })
    api.follow(this.coordinator.node)
    this.#apis.push(api)
    return api
  }

  /** Has the members sing until the claim of a round is posted, and the next round is open. */
  async play(round: bigint): Promise<Hash> {
    const { history, rounds } = this.coordinator.node
    this.chorus.last = round
    await pollUntil(async () => {
      await this.chorus.sing()
      return history.claim(round) !== undefined && rounds.state(round + 1n) !== undefined
    })
    return history.claim(round)!.claimHash
  }

  /** Has every member agree to the claim of a round, and the chain make it final. */
  async agree(round: bigint): Promise<void> {
    const { inbox, history, ports, agreements } = this.coordinator.node
    const { claimHash } = history.claim(round)!
    const { id: task, domain } = ports.task
    for (const [index, member] of this.members.entries()) {
      const { account } = this.on.hot(OPERATOR + 1 + index)
      const signature = await signStatement(domain, 'Agreement', { task, round, claim: claimHash }, account)
      const message = { kind: 'agreement', task, round, member, claimHash, signature } as const
      if ((await inbox.validate(message)).verdict === 'accept') inbox.accept(message)
    }
    const { ledger } = this.on.contracts
    const signed = agreements.messages(round)
    await finalizeWithQuorum(this.on.governor, { ledger, task, round, claimHash, agreements: signed })
    await pollUntil(async () => history.events().some((event) => event.type === 'finalized' && event.round >= round))
  }

  /** Has a member tell what it measured of the model of a round. */
  async evaluate(round: bigint, index: number, metrics: Readonly<Record<string, number>>): Promise<void> {
    const { inbox, history, ports } = this.coordinator.node
    const { id: task, domain } = ports.task
    const { modelRoot } = history.claim(round)!.claim
    const unsigned = { kind: 'evaluation', task, round, member: this.members[index]!, modelRoot, samples: 50 } as const
    const body = { ...unsigned, metrics: metricsOf(metrics), signature: '0x' } as EvaluationMessage
    const { account } = this.on.hot(OPERATOR + 1 + index)
    const message = { ...body, signature: await signStatement(domain, 'Evaluation', STATEMENTS.evaluation.body(body), account) }
    if ((await inbox.validate(message)).verdict === 'accept') inbox.accept(message)
  }

  /** Has a member state what its sealed update of a round spent of its privacy budget. */
  async spend(round: bigint, index: number, numbers: SpendingNumbers): Promise<void> {
    const { inbox, rounds, ports } = this.coordinator.node
    const { id: task, domain } = ports.task
    const member = this.members[index]!
    const { commitment } = rounds.state(round)!.seal!.rows.find((row) => row.member === lowerHex(member))!
    const body: SpendingMessage = { kind: 'spending', task, round, member, commitment, ...spendingOf(numbers)!, signature: '0x' }
    const { account } = this.on.hot(OPERATOR + 1 + index)
    const message = { ...body, signature: await signStatement(domain, 'Spending', STATEMENTS.spending.body(body), account) }
    if ((await inbox.validate(message)).verdict === 'accept') inbox.accept(message)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const api of this.#apis) await api[Symbol.asyncDispose]()
    await this.coordinator[Symbol.asyncDispose]()
    await this.on[Symbol.asyncDispose]()
    await rm(this.folder, { recursive: true, force: true })
  }
}

/** A task whose seat is empty: the node takes it itself, or it would think that its key is in use elsewhere. */
async function fundedTask(on: TestChain, spec: TaskSpec): Promise<bigint> {
  const { governor, contracts } = on
  const { task } = await createTask(governor, {
    ledger: contracts.ledger,
    spec,
    windows: WINDOWS,
    quorumBps: 6667,
    judge: contracts.judge,
    falseClaimPenalty: parseEther('50'),
    faultPenalty: parseEther('10'),
    bountyBps: 2000,
    minMembers: 0,
    minStake: 0n,
  })
  await joinAll(on, task)
  await on.pass(1)
  const amount = parseEther('1000')
  await mintDevelopmentTokens(governor, { token: contracts.token, to: governor.address, amount })
  await fundRewards(governor, { ...contracts, task, amount })
  return task
}

function apiOptions({
  task,
  folder,
  events,
  metrics,
  status,
}: Pick<ApiWorld, 'task' | 'folder' | 'events' | 'metrics'> & { status: NodeStatus }): StartApiOptions {
  return {
    config: { listen: '127.0.0.1:0', origins: [], rpcUrls: [], dashboard: true },
    role: 'coordinator',
    task,
    folders: [folder],
    events,
    metrics,
    ready: async () => status.ready(),
    dashboardFolder: join(folder, 'dashboard'),
    logger: silentLogger,
  }
}
