import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import {
  ChainClock,
  failRound,
  postClaim,
  sealRound,
  takeSeat,
  TransactionSender,
  watchLedger,
} from '../../../src/chain/index.ts'
import type { Chain, LedgerEvent, ReorgEvent } from '../../../src/chain/index.ts'
import { noMetrics, silentLogger } from '../../../src/core/index.ts'
import type { Logger } from '../../../src/core/index.ts'
import { createEngine } from '../../../src/engine/index.ts'
import {
  build,
  ChainFeed,
  ChainView,
  DutyRunner,
  NodeEvents,
  openStores,
  post,
  Rounds,
  seal,
  SeatWatch,
  seedStoring,
  SeedWatch,
  tickRounds,
  Voice,
} from '../../../src/node/index.ts'
import type { NodeEvent, NodePorts, Stores } from '../../../src/node/index.ts'
import { selfWith, validateMessage, eventOf } from '../../../src/protocol/index.ts'
import type { Message, RoundPlan, RoundState, SigningDomain, Validation } from '../../../src/protocol/index.ts'
import { claimComputer, ClaimHistory, factsOf, genesisPath, genesisState } from '../../../src/replay/index.ts'
import { openJournal } from '../../../src/storage/index.ts'
import type { TestChain } from '../../integration/chain/harness.ts'
import type { SmallTask } from './small-task.ts'

/** An operator's node without peers: its rounds, stores and duties are real, and so is its chain. Tests hand it the statements of members. */
export interface OperatorOnChain extends AsyncDisposable {
  domain: SigningDomain
  /** Its state folder. */
  folder: string
  stores: Stores
  history: ClaimHistory
  rounds: Rounds
  told: NodeEvent[]
  /** The newest round that it runs. */
  state(): RoundState | undefined
  /** Whether the open round waits for its seed. */
  awaits(): boolean
  /** Takes what a member says, as from gossip. */
  hear(message: Message): Promise<Validation>
  /** Takes an update, as from a peer: into the newest round, or the one that is named. */
  hold(root: `0x${string}`, update: Int8Array, round?: bigint): Promise<void>
  /** Resolves when the node has seen everything that is on chain now. */
  synced(): Promise<void>
}

export interface OperatorOptions {
  task: bigint
  small: SmallTask
  /** The account of the operator, which has the seat or will take it. */
  index: number
  /** Changes what a lying operator runs its rounds by. */
  lie?: (plan: RoundPlan) => RoundPlan
  /** Takes the seat whenever it is empty. */
  takesSeat?: boolean
  /** How the node reaches the chain. Default: directly. */
  chain?: Chain
  logger?: Logger
}

/** Runs the node of an operator. */
export async function operatorOnChain(
  on: TestChain,
  { task, small, index, lie = (plan) => plan, takesSeat = false, chain = on.chain, logger = silentLogger }: OperatorOptions,
): Promise<OperatorOnChain> {
  const { contracts } = on
  const { ledger } = contracts
  const { spec, document, genesis, model } = small
  const folder = await mkdtemp(join(tmpdir(), 'quorate-operator-'))
  const journal = openJournal(folder)
  const engine = createEngine()
  const stores = await openStores(folder, journal, engine)
  await stores.states.save(genesisState(task, spec, model))
  await mkdir(dirname(genesisPath(stores.evidence, task)), { recursive: true })
  await writeFile(genesisPath(stores.evidence, task), genesis)
  const sender = new TransactionSender({ chain, account: on.hot(index).account })
  const self = on.sender(index).address
  const domain = { chainId: chain.chainId, ledger }
  const metrics = noMetrics
  const history = new ClaimHistory()
  const rounds = new Rounds({ journal, logger, metrics })
  const events = new NodeEvents(logger)
  const told: NodeEvent[] = []
  events.onAny((event) => void told.push(event))
  const lied: Pick<Rounds, 'state' | 'states' | 'open' | 'dispatch' | 'close' | 'settle' | 'tick'> = {
    state: (round) => rounds.state(round),
    states: () => rounds.states(),
    open: (plan, facts) => rounds.open(lie(plan), facts),
    dispatch: (round, event) => rounds.dispatch(round, event),
    close: (round) => rounds.close(round),
    settle: (round) => rounds.settle(round),
    tick: (now) => rounds.tick(now),
  }
  const catchUp = async (): Promise<void> => {}
  const feed = new ChainFeed({ chain, contracts, task, spec, self, journal, history, rounds: lied, catchUp, logger })
  const ports: NodePorts = {
    task: { id: task, domain, spec, document },
    stores,
    supply: {
      fetchUpdate: async () => Promise.reject(new Error('there are no peers')),
      fetchDocument: async () => Promise.reject(new Error('there are no peers')),
    },
    compute: claimComputer(engine),
    factsOf: factsOf({ chain, contracts, task, spec, history }),
    voice: new Voice({
      domain,
      owner: self,
      account: on.hot(index).account,
      said: (_kind, _about, make) => make(),
      publish: async () => {},
    }),
    logger,
    metrics,
  }
  const fail = async (round: bigint, signal: AbortSignal): Promise<unknown> => failRound(sender, { ledger, task, round, signal })
  const runner = new DutyRunner({
    self: selfWith(self, ['seal', 'build', 'post']),
    rounds,
    duties: {
      seal: seal(ports, { seal: async (call, signal) => sealRound(sender, { ledger, task, ...call, signal }), events }),
      build: build(ports, events),
      post: post(ports, {
        post: async (call, signal) => postClaim(sender, { ledger, task, ...call, signal }),
        failRound: async ({ round, openedAt }, signal) => failRound(sender, { ledger, task, round, openedAt, signal }),
        events,
      }),
    },
    logger,
    metrics,
    retryMs: 50,
  })
  const onEvent = async (event: LedgerEvent | ReorgEvent): Promise<void> => feed.onEvent(event)
  const view = new ChainView({
    chain,
    contracts,
    task,
    fromBlock: on.deployment.fromBlock,
    history,
    feed,
    membership: { compare: async () => false },
    retell: onEvent,
    logger,
    metrics,
  })
  const onHead = view.onHead.bind(view)
  const watcher = watchLedger({ chain, contracts, task, fromBlock: 0n, onEvent, onHead, pollingIntervalMs: 10 })
  const clock = new ChainClock({ chain, logger, pollingIntervalMs: 10 })
  const seeding = new SeedWatch({
    self,
    clock,
    awaited: () => feed.awaited,
    members: () => [],
    duty: { store: seedStoring(sender, { ledger, task }), fail },
    refresh: async () => feed.refresh(),
    events,
    logger,
    everyMs: 10,
  })
  await clock.start()
  await watcher.start()
  await watcher.synced()
  const unclock = clock.onBlock(({ timestamp }) => void tickRounds({ chain, ledger, rounds }, timestamp))
  rounds.tick(clock.now())
  runner.start()
  await feed.begin()
  await seeding.start()
  const seating = new SeatWatch({
    task: { task, minMembers: 0, minStake: 0n },
    unit: { symbol: 'T', decimals: 18 },
    membership: { accounts: () => [{ eligible: 1n }] },
    history,
    send: async (signal) => takeSeat(sender, { ledger, task, signal }),
    events,
    logger,
    everyMs: 20,
  })
  if (takesSeat) await seating.start()
  return {
    domain,
    folder,
    stores,
    history,
    rounds,
    told,
    state: () => rounds.latest,
    awaits: () => feed.awaited !== undefined,
    async hear(message) {
      const validation = await validateMessage(
        { domain, task, roundState: (round) => rounds.state(round), latestRound: () => rounds.latest?.plan.round ?? 0n },
        message,
      )
      const event = validation.verdict === 'accept' ? eventOf(message) : undefined
      if (event && 'round' in message) rounds.dispatch(message.round, event)
      return validation
    },
    async hold(root, update, round = rounds.latest?.plan.round) {
      await stores.updates.put(root, new Uint8Array(update.buffer, update.byteOffset, update.byteLength), { verify: false })
      if (round !== undefined) rounds.dispatch(round, { type: 'held', updateRoot: root })
    },
    synced: async () => void (await watcher.synced()),
    async [Symbol.asyncDispose]() {
      await seating.stop()
      await seeding.stop()
      unclock()
      rounds.end()
      await runner.stop()
      await watcher.stop()
      await clock.stop()
      await engine[Symbol.asyncDispose]()
      journal.close()
      await rm(folder, { recursive: true })
    },
  }
}
