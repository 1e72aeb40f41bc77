import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { PrivateKeyAccount } from 'viem/accounts'
import {
  ChainClock,
  MembershipView,
  readFinality,
  storedTransactionJournal,
  TransactionSender,
  watchLedger,
} from '../chain/index.ts'
import type { Chain, Contracts, LedgerWatcher, Task } from '../chain/index.ts'
import { Lifecycle, QuorateError } from '../core/index.ts'
import type { Logger, Metrics, Service } from '../core/index.ts'
import { openEngine } from '../engine/index.ts'
import type { Engine, GramKernelName } from '../engine/index.ts'
import { createBlobExchange, createGossip, createNetworkNode, createRoundSync, gossipTopic } from '../network/index.ts'
import type { Gossip, NetworkNode, RoundSync } from '../network/index.ts'
import { messagesOf, paddedLength, SEGMENT, selfWith, specHash } from '../protocol/index.ts'
import type { Address, Hash, RoundDuty, TaskSpec } from '../protocol/index.ts'
import { claimComputer, ClaimHistory, factsOf, genesisState } from '../replay/index.ts'
import type { ModelState } from '../replay/index.ts'
import { openJournal, supportsLinks } from '../storage/index.ts'
import type { Journal } from '../storage/index.ts'
import { AgreementLoop, Agreements, snapshotOf } from './agreements/index.ts'
import { ChainFeed } from './chain/chain-feed.ts'
import { CatchUpLoop } from './claims/catch-up-loop.ts'
import type { ClaimReports } from './claims/claim-reports.ts'
import { reportToAll } from './claims/claim-reports.ts'
import { documentsThroughStore } from './claims/fetch-document.ts'
import type { RoundDuties } from './duties/index.ts'
import { roundEvent, tellClaims, tellOutcomes } from './events/index.ts'
import type { NodeEvents } from './events/index.ts'
import type { NodePorts, ReplayPorts, Stores } from './ports.ts'
import { DutyRunner } from './rounds/duty-runner.ts'
import { Inbox } from './rounds/inbox.ts'
import { Rounds } from './rounds/rounds.ts'
import { saidIn } from './rounds/said.ts'
import { tickRounds } from './rounds/tick-rounds.ts'
import { AgreementFiles } from './stores/agreement-file.ts'
import { storeSource } from './stores/blob-source.ts'
import { openStores } from './stores/open-stores.ts'
import { Retention } from './stores/retention.ts'
import { takeGenesis } from './stores/take-genesis.ts'
import { Voice } from './voice.ts'
import { Enforcement } from './watcher/index.ts'

/** What the duties of a program are made from. */
export interface DutyNeeds {
  ports: NodePorts
  reports: ClaimReports
  events: NodeEvents
  sender: TransactionSender
}

export interface TaskNodeOptions {
  /** Owner address that the node speaks for. */
  self: Address
  chain: Chain
  contracts: Contracts
  /** Number of the task on its ledger. */
  task: bigint
  /** Block to begin reading events at: that of the deployment, or 0. */
  fromBlock: bigint
  spec: TaskSpec
  /** Canonical JSON of the task document. */
  document: string
  /** Operator key. */
  account: PrivateKeyAccount
  network: { seed: Uint8Array; listen: readonly string[]; announce?: readonly string[]; dial?: readonly string[] }
  dataFolder: string
  /** Newest rounds whose evidence stays on disk; default all. */
  keepRounds?: number | 'all'
  /** The genesis model where this node does not hold it yet: a blob that hashes to what the document names. */
  genesis: (hash: Hash) => Promise<Uint8Array>
  /** What computes the Gram matrices of large rounds; default wasm. */
  gram?: GramKernelName
  /** What the node owes its rounds. */
  duties(needs: DutyNeeds): RoundDuties
  /** Disputes false claims from the node's own account; absent: they are only not agreed to. */
  dispute?: { recipient: Address }
  /** Whether the node answers what the court asks about claims it computed or replayed; default true. */
  answer?: boolean
  /** Another way to a document when no peer has it. */
  fallbackDocument?: (hash: Hash, signal: AbortSignal) => Promise<Uint8Array>
  events: NodeEvents
  logger: Logger
  metrics: Metrics
}

/** Rounds before the open one whose agreements are asked for when a peer appears. The others have their turn now and then. */
const MEET_ROUNDS = 2

/** How often a node asks its peers for what it may have missed of the open round, ms. */
const SYNC_EVERY = 5000

interface Opened {
  quorumBps: number
  /** Whether the file system of the data folder has hard links. */
  links: boolean
  journal: Journal
  engine: Engine
  stores: Stores
  network: NetworkNode
  membership: MembershipView
  genesis: ModelState
}

/**
 * A node of one task: chain, peers, rounds, stores and duties wired together, each made from what stands before it. `start` catches up with the chain before the
 * node takes part; `stop` ends everything in reverse order and loses nothing.
 */
export class TaskNode implements Service {
  readonly name = 'task-node'
  readonly ports: NodePorts
  readonly rounds: Rounds
  readonly history = new ClaimHistory()
  readonly genesis: ModelState
  readonly network: NetworkNode
  readonly gossip: Gossip
  readonly inbox: Inbox
  readonly agreements: Agreements
  readonly sync: RoundSync
  readonly membership: MembershipView
  readonly clock: ChainClock
  readonly sender: TransactionSender
  /** Names of the duties, those of rounds first. */
  readonly duties: readonly string[]
  readonly #options: TaskNodeOptions
  readonly #journal: Journal
  readonly #engine: Engine
  readonly #runner: DutyRunner
  readonly #catchUp: CatchUpLoop
  readonly #retention: Retention
  readonly #feed: ChainFeed
  readonly #agreementFiles: AgreementFiles
  readonly #agreeing: AgreementLoop
  readonly #watcher: LedgerWatcher
  readonly #services: Lifecycle
  readonly #abort = new AbortController()
  #syncTimer: NodeJS.Timeout | undefined
  #unclock: (() => void) | undefined

  private constructor(
    options: TaskNodeOptions,
    { quorumBps, links, journal, engine, stores, network, membership, genesis }: Opened,
  ) {
    const { self, chain, contracts, task, spec, document, account, fromBlock, events, logger, metrics } = options
    const { ledger } = contracts
    const domain = { chainId: chain.chainId, ledger }
    const { history } = this
    this.#options = options
    this.#journal = journal
    this.#engine = engine
    this.genesis = genesis
    this.network = network
    this.membership = membership
    this.clock = new ChainClock({ chain, logger })
    this.sender = new TransactionSender({ chain, account, journal: storedTransactionJournal(journal), logger })
    this.rounds = new Rounds({ journal, logger, metrics })

    const blobs = createBlobExchange({ node: network, source: storeSource(stores.updates, stores.documents), metrics })
    const replayPorts: ReplayPorts = {
      task: { id: task, domain, spec, document },
      stores,
      supply: {
        fetchUpdate: async (root, fetch) => blobs.fetchSegments(root, { segments: paddedLength(spec) / SEGMENT, ...fetch }),
        fetchDocument: withFallback(documentsThroughStore(blobs, stores.documents), options.fallbackDocument),
      },
      compute: claimComputer(engine),
      factsOf: factsOf({ chain, contracts, task, history }),
      logger,
      metrics,
    }
    const { rounds, sender, clock } = this
    const enforcement = new Enforcement({
      self,
      ports: replayPorts,
      contracts,
      fromBlock,
      sender,
      journal,
      history,
      rounds,
      now: () => clock.now(),
      dispute: options.dispute,
      events,
      answer: options.answer,
      logger,
      metrics,
    })
    const reports = reportToAll([enforcement.reports, tellClaims({ events, self, logger })])
    const isFinal = async (round: bigint, signal: AbortSignal): Promise<boolean> =>
      (await readFinality(chain, { ledger, task, round, signal })).final
    this.#agreementFiles = new AgreementFiles(join(options.dataFolder, 'agreements'), logger)
    this.agreements = new Agreements({
      domain,
      task,
      quorumBps,
      journal,
      history,
      snapshotOf: snapshotOf({ rounds, history, factsOf: replayPorts.factsOf }),
      isFinal,
      files: this.#agreementFiles,
      events,
      logger,
    })
    const { agreements } = this
    this.inbox = new Inbox({
      domain,
      task,
      rounds,
      history,
      openings: stores.openings,
      agreements,
      onIgnored: async (state, message) => enforcement.note(state, message),
    })
    const { inbox } = this
    this.gossip = createGossip({
      node: network,
      task: { chainId: chain.chainId, ledger, task },
      validate: async (message) => inbox.validate(message),
      handle: (message) => inbox.accept(message),
      logger,
      metrics,
    })
    const { gossip } = this
    this.sync = createRoundSync({
      node: network,
      gossip,
      task,
      messagesOf: (round) => {
        const state = rounds.state(round)
        return [...(state ? [...messagesOf(state), ...stores.openings.notices(round)] : []), ...agreements.messages(round)]
      },
      wantedRounds: () => [...(rounds.latest ? [rounds.latest.plan.round] : []), ...agreements.wanted().slice(0, MEET_ROUNDS)],
      logger,
      metrics,
    })

    const publish: Gossip['publish'] = async (message) => gossip.publish(message)
    this.ports = { ...replayPorts, voice: new Voice({ domain, owner: self, account, said: saidIn(journal), publish }) }
    const duties = options.duties({ ports: this.ports, reports, events, sender })
    const { agree, ...ofRounds } = duties
    const names = Object.keys(ofRounds) as RoundDuty[]
    this.duties = [
      ...names,
      ...(agree ? ['agree'] : []),
      ...(options.dispute ? ['dispute'] : []),
      ...(options.answer === false ? [] : ['answer']),
    ]
    this.#runner = new DutyRunner({ self: selfWith(self, names), rounds, duties, logger, metrics })
    this.#agreeing = new AgreementLoop({
      self,
      agreements,
      ...(agree && { agree }),
      states: stores.states,
      verified: async (posted, signal) => enforcement.rowCheck.passed(posted, signal),
      publish,
      sync: this.sync,
      logger,
    })
    const agreeing = this.#agreeing
    events.on('replayed', () => agreeing.look())
    const member = names.includes('commit') ? self : undefined
    tellOutcomes({ events, ...(member && { member }), logger, metrics })
    rounds.onChange((state) => {
      events.emit(roundEvent(state, agreements.count(state.plan.round)))
      void gossip.recheck()
    })
    agreements.onChange((round) => {
      const state = rounds.state(round)
      if (state) events.emit(roundEvent(state, agreements.count(round)))
    })

    this.#catchUp = new CatchUpLoop({
      ports: replayPorts,
      history,
      genesis,
      reports,
      isFinal,
    })
    this.#retention = new Retention({
      evidence: stores.evidence,
      task,
      updates: stores.updates,
      documents: stores.documents,
      openings: stores.openings,
      links,
      keepRounds: options.keepRounds ?? 'all',
      isFinal: async (round) => (await readFinality(chain, { ledger, task, round })).final,
      logger,
    })
    events.onAny((event) => {
      if (event.event === 'replayed' || event.event === 'built') void this.#retention.after(event.round)
    })
    const catchUp = this.#catchUp
    this.#feed = new ChainFeed({ chain, contracts, task, history, rounds, catchUp: async () => catchUp.run(), logger })
    const feed = this.#feed
    this.#watcher = watchLedger({
      chain,
      contracts,
      task,
      fromBlock,
      onEvent: async (event) => {
        await membership.apply(event)
        await feed.onEvent(event)
        agreeing.onEvent(event)
      },
      logger,
      metrics,
    })
    this.#services = new Lifecycle([clock, membership, this.#watcher, network, gossip, blobs, this.sync, ...enforcement.services])
  }

  /**
   * Opens the data folder and prepares the node; nothing listens yet.
   *
   * @throws QuorateError SPEC_MISMATCH when the chain names another specification, MODEL_MISMATCH when the genesis model is another one, STORAGE_LOCKED, …
   */
  static async open(options: TaskNodeOptions, onChain: Pick<Task, 'specHash' | 'quorumBps'>): Promise<TaskNode> {
    const { spec, task, dataFolder, chain, contracts, fromBlock, logger, metrics } = options
    if (specHash(spec) !== onChain.specHash) {
      throw new QuorateError(
        'SPEC_MISMATCH',
        `the specification hashes to ${specHash(spec)}, the chain names ${onChain.specHash}`,
      )
    }
    await mkdir(dataFolder, { recursive: true })
    const journal = openJournal(dataFolder)
    try {
      const links = await supportsLinks(dataFolder)
      if (!links)
        logger.warn({ dataFolder }, 'the file system has no hard links: every update is on disk twice, and none is deleted')
      const engine = await openEngine({ gram: options.gram, logger })
      const stores = await openStores(dataFolder, journal, engine)
      const genesis = genesisState(task, spec, await takeGenesis(options, stores.documents))
      await stores.states.save(genesis)
      const membership = new MembershipView({ chain, vault: contracts.vault, fromBlock, logger })
      const { seed, listen, announce } = options.network
      const topics = [gossipTopic({ chainId: chain.chainId, ledger: contracts.ledger, task })]
      const network = await createNetworkNode({ seed, listen, announce, topics, membership, logger, metrics })
      const { quorumBps } = onChain
      return new TaskNode(options, { quorumBps, links, journal, engine, stores, network, membership, genesis })
    } catch (error) {
      journal.close()
      throw error
    }
  }

  async start(): Promise<void> {
    try {
      await this.sender.recover()
      await this.#services.start()
      await this.network.dial(this.#options.network.dial ?? [])
      await this.#watcher.synced()
      this.#unclock = this.clock.onBlock(({ timestamp }) => void this.#tick(timestamp))
      this.rounds.tick(this.clock.now())
      this.#runner.start()
      await this.#agreeing.start()
      await this.#feed.begin()
      this.#syncTimer = setInterval(() => void this.#askPeers(), SYNC_EVERY)
    } catch (error) {
      await this.stop()
      throw error
    }
  }

  async stop(): Promise<void> {
    this.#abort.abort()
    this.#catchUp.stop()
    clearInterval(this.#syncTimer)
    this.#unclock?.()
    this.rounds.end()
    await this.#runner.stop()
    await this.#agreeing.stop()
    await this.#services.stop()
    await this.#catchUp.stopped()
    await this.#retention.settled()
    await this.#agreementFiles.settled()
    await this.#engine[Symbol.asyncDispose]()
    this.#journal.close()
  }

  async #tick(now: number): Promise<void> {
    const { chain, contracts, logger } = this.#options
    try {
      await tickRounds({ chain, ledger: contracts.ledger, rounds: this.rounds }, now)
    } catch (error) {
      if (!this.#abort.signal.aborted) logger.debug({ error: String(error) }, 'a block was not told to the rounds')
    }
  }

  /** Gossip reaches who is there when it is sent; a round that waits for something may wait for what passed this node by. */
  async #askPeers(): Promise<void> {
    const state = this.rounds.latest
    if (!state || state.posted) return
    await this.sync.sync(state.plan.round, { signal: this.#abort.signal }).catch(() => 0)
  }
}

type FetchDocument = (hash: Hash, signal: AbortSignal) => Promise<Uint8Array>

/** Asks peers first, and then the other way. */
function withFallback(fetch: FetchDocument, fallback: FetchDocument | undefined): FetchDocument {
  if (!fallback) return fetch
  return async (hash, signal) => {
    try {
      return await fetch(hash, signal)
    } catch (error) {
      if (signal.aborted) throw error
      return fallback(hash, signal)
    }
  }
}
