import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parseEther } from 'viem'
import { startCoordinator } from '../../../coordinator/app.ts'
import type { Coordinator } from '../../../coordinator/app.ts'
import { startParticipant } from '../../../participant/app.ts'
import type { Participant } from '../../../participant/app.ts'
import { registerMemberMaskKey } from '../../../participant/masking/register-key.ts'
import {
  createTask,
  fundRewards,
  mintDevelopmentTokens,
  readTaskBuckets,
  registerKeys,
  signKeyConsent,
} from '../../../src/chain/index.ts'
import { noMetrics } from '../../../src/core/index.ts'
import { peerKeyFromSeed } from '../../../src/network/index.ts'
import { NodeEvents } from '../../../src/node/index.ts'
import type { NodeEvent } from '../../../src/node/index.ts'
import { encodeSpec, fromHex, lowerHex } from '../../../src/protocol/index.ts'
import type { Address, DrawnBucket, TaskSpec } from '../../../src/protocol/index.ts'
import { enrol, hash, joinAll, startTestChain } from '../../integration/chain/harness.ts'
import type { TestChain } from '../../integration/chain/harness.ts'
import { withBuckets } from '../chain/with-buckets.ts'
import { NoisyTrainer } from './noisy-trainer.ts'
import { Overheard } from './overheard.ts'
import { smallTask } from './small-task.ts'
import type { SmallTask } from './small-task.ts'

const OPERATOR = 1
/** So long that the time of a loaded machine ends none of them. */
export const BUCKET_WINDOWS = { commit: 600, reveal: 600, attest: 600, post: 600, challenge: 6000 }
const PEERS = { listen: ['/ip4/127.0.0.1/tcp/0'] }

/** A member's node, its trainer, and what it said of itself. */
export interface BucketMember {
  /** Number of its account. */
  place: number
  owner: Address
  folder: string
  trainer: NoisyTrainer
  told: NodeEvent[]
  running: Participant
}

/** A task with buckets on a real chain, with the nodes of its operator and its members as the programs start them: libp2p between all, gRPC to the operator. */
export class BucketWorld implements AsyncDisposable {
  readonly on: TestChain
  readonly task: bigint
  readonly small: SmallTask
  readonly spec: TaskSpec
  /** Its subfolders are the state folders of the nodes. */
  readonly folder: string
  /** Messages and log lines of all nodes. */
  readonly overheard = new Overheard()
  readonly operatorTold: NodeEvent[] = []
  readonly members: BucketMember[] = []
  coordinator!: Coordinator
  readonly #abort = new AbortController()

  private constructor(parts: Pick<BucketWorld, 'on' | 'task' | 'small' | 'spec' | 'folder'>) {
    this.on = parts.on
    this.task = parts.task
    this.small = parts.small
    this.spec = parts.spec
    this.folder = parts.folder
  }

  /** Members register their keys for masks, then the operator starts, and then they do. No round is open yet: its buckets are not drawn. */
  static async make({ members, size, epoch }: { members: number; size: 3 | 4; epoch: number }): Promise<BucketWorld> {
    const on = await startTestChain({ mining: 'mixed' })
    const places = Array.from({ length: members }, (_, k) => OPERATOR + 1 + k)
    await enrol(on, OPERATOR, 'operator')
    for (const place of places) await enrol(on, place, 'member')
    for (const place of [OPERATOR, ...places]) await registerPeer(on, place)
    const small = smallTask({ rewardPerRound: parseEther('0.5'), operatorShareBps: 1000 })
    const task = await fundedTask(on, small.spec, members)
    const spec = await withBuckets(on, task, small.spec, { size, epoch })
    const folder = await mkdtemp(join(tmpdir(), 'quorate-buckets-'))
    await writeFile(join(folder, 'spec.json'), encodeSpec(spec))
    await writeFile(join(folder, 'document.json'), small.document)
    await writeFile(join(folder, 'genesis.i32'), small.genesis)
    const world = new BucketWorld({ on, task, small, spec, folder })
    for (const place of places) await world.#registerMasks(place)
    world.coordinator = await world.#startOperator()
    world.members.push(...(await Promise.all(places.map(async (place) => world.#startMember(place)))))
    return world
  }

  /** Members of each bucket of a round, in the order of the draw; undefined before it. */
  async drawn(round: bigint): Promise<DrawnBucket[] | undefined> {
    const { on, task, spec } = this
    return readTaskBuckets(on.chain, { ...on.contracts, task, round, spec })
  }

  member(owner: Address): BucketMember {
    return this.members.find((one) => one.owner === lowerHex(owner))!
  }

  /** Ends the node of a member and starts it again from its folder. */
  async restart(owner: Address): Promise<void> {
    const { running, place } = this.member(owner)
    await running[Symbol.asyncDispose]()
    this.members[this.members.findIndex((one) => one.owner === owner)] = await this.#startMember(place)
  }

  /** Moves the chain's time until the buckets of round 1 are drawn: nobody has the seat, so members have it done, in turns. */
  async firstDraw(): Promise<DrawnBucket[]> {
    for (;;) {
      const buckets = await this.drawn(1n)
      if (buckets) return buckets
      await this.on.pass(2)
      await delay(20)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#abort.abort()
    await Promise.all(this.members.map(async ({ running }) => running[Symbol.asyncDispose]()))
    await this.coordinator[Symbol.asyncDispose]()
    await this.on[Symbol.asyncDispose]()
    await rm(this.folder, { recursive: true, force: true })
  }

  get #chain() {
    const { anvil, chain, contracts, deployment } = this.on
    const { fromBlock } = deployment
    return { rpcUrl: anvil.rpcUrl, chainId: chain.chainId, ledger: contracts.ledger, fromBlock, pollingIntervalMs: 200 }
  }

  /** As `quorate member mask-key` does. */
  async #registerMasks(place: number): Promise<void> {
    const owner = join(this.folder, `owner-${place}.key`)
    await writeFile(owner, `${this.on.anvil.accounts[place]!.privateKey}\n`, { mode: 0o600 })
    const config = {
      chain: this.#chain,
      keys: { owner, operator: owner, peer: owner },
      task: { id: this.task },
      state: { folder: this.#stateOf(place) },
    } as unknown as Parameters<typeof registerMemberMaskKey>[0]
    await registerMemberMaskKey(config, { signal: this.#abort.signal })
  }

  async #startOperator(): Promise<Coordinator> {
    const { folder, task, overheard } = this
    const logger = overheard.logger
    const events = new NodeEvents(logger)
    events.onAny((event) => void this.operatorTold.push(event))
    const coordinator = await startCoordinator(
      {
        chain: this.#chain,
        task: {
          id: task,
          specPath: join(folder, 'spec.json'),
          documentPath: join(folder, 'document.json'),
          genesisPath: join(folder, 'genesis.i32'),
        },
        operatorKey: this.on.hot(OPERATOR).privateKey,
        peerSeed: seedOf(OPERATOR),
        grpc: { listen: '127.0.0.1:0', hosts: [] },
        p2p: PEERS,
        dataFolder: join(folder, 'operator'),
        logger,
        metrics: noMetrics,
        events,
      },
      this.#abort.signal,
    )
    overheard.listen(coordinator.node.rounds)
    return coordinator
  }

  async #startMember(place: number): Promise<BucketMember> {
    const { address, certificatePath } = this.coordinator
    const { logger } = this.overheard
    const events = new NodeEvents(logger)
    const told: NodeEvent[] = []
    events.onAny((event) => void told.push(event))
    const trainer = new NoisyTrainer()
    const folder = this.#stateOf(place)
    const running = await startParticipant(
      {
        chain: this.#chain,
        task: this.task,
        operatorKey: this.on.hot(place).privateKey,
        peerSeed: seedOf(place),
        coordinators: [{ address, caPath: certificatePath }],
        p2p: PEERS,
        dataFolder: folder,
        training: { backend: 'cpu', evaluate: false, ready: { trainer, backend: 'none', samples: 1 } },
        logger,
        metrics: noMetrics,
        events,
      },
      this.#abort.signal,
    )
    this.overheard.listen(running.node.rounds)
    return { place, owner: lowerHex(running.member), folder, trainer, told, running }
  }

  #stateOf(place: number): string {
    return join(this.folder, `member-${place}`)
  }
}

function seedOf(place: number): `0x${string}` {
  return hash(`seed ${place}`)
}

async function registerPeer(on: TestChain, place: number): Promise<void> {
  const { vault } = on.contracts
  const { account, address: operatorKey } = on.hot(place)
  const peerKey = await peerKeyFromSeed(fromHex(seedOf(place)))
  const owner = on.sender(place)
  const consent = await signKeyConsent({ chainId: on.chain.chainId, vault, owner: owner.address, peerKey, account })
  await registerKeys(owner, { vault, operatorKey, peerKey, consent })
}

async function fundedTask(on: TestChain, spec: TaskSpec, minMembers: number): Promise<bigint> {
  const { governor, contracts } = on
  const { task } = await createTask(governor, {
    ledger: contracts.ledger,
    spec,
    windows: BUCKET_WINDOWS,
    quorumBps: 6667,
    judge: contracts.judge,
    falseClaimPenalty: parseEther('50'),
    faultPenalty: parseEther('10'),
    bountyBps: 2000,
    minMembers,
    minStake: 0n,
  })
  await joinAll(on, task)
  const amount = parseEther('1000')
  await mintDevelopmentTokens(governor, { token: contracts.token, to: governor.address, amount })
  await fundRewards(governor, { ...contracts, task, amount })
  return task
}
