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
import type { BlobExchange, Gossip, NetworkNode, RoundSync } from '../network/index.ts'
import { keccak, paddedLength, SEGMENT, specHash, updateRoot, validateMessage } from '../protocol/index.ts'
import type { Hash, Message, Role, RoundState, SigningDomain, TaskSpec, Validation } from '../protocol/index.ts'
import { openBlobStore, openJournal } from '../storage/index.ts'
import type { BlobStore, Journal } from '../storage/index.ts'
import { storeSource } from './blob-source.ts'
import { CatchUpLoop } from './catch-up-loop.ts'
import { ChainFeed } from './chain-feed.ts'
import { factsOf, ClaimHistory, KeptLeaves, claimComputer, genesisState } from '../replay/index.ts'
import type { ComputedClaim, ModelState } from '../replay/index.ts'
import { eventOf, messagesOf } from './messages.ts'
import { Openings } from './openings.ts'
import type { RoundContext } from './round-context.ts'
import { RoundRunner } from './round-runner.ts'
import { saidIn } from './said.ts'
import type { EffectHandlers, RoundRunnerOptions } from './round-runner.ts'
import { StateStore } from './state-store.ts'
import { tickRounds } from './tick-rounds.ts'
import { Enforcement } from './watcher/index.ts'
import type { EnforcementOptions } from './watcher/index.ts'
import { takeGenesis } from './take-genesis.ts'

export interface TaskNodeOptions {
  role: Role
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
  /** The genesis model where this node does not hold it yet: a blob that hashes to what the document names. */
  genesis: (hash: Hash) => Promise<Uint8Array>
  /** What computes the Gram matrices of large rounds; default wasm. */
  gram?: GramKernelName
  /** Makes the effects this side performs, from what every node has. */
  handlers(context: RoundContext, sender: TransactionSender): EffectHandlers
  onChange?: RoundRunnerOptions['onChange']
  /** Every claim this node has computed or replayed, in order. */
  onComputed?: (round: bigint, computed: ComputedClaim) => void
  /** Disputes false claims from the node's own account; absent: they are only not agreed to. */
  watch?: EnforcementOptions['watch']
  /** Whether the node answers what the court asks about claims it computed or replayed; default true. */
  answer?: boolean
  /** Another way to a document when no peer has it. */
  fallbackDocument?: (hash: Hash, signal: AbortSignal) => Promise<Uint8Array>
  logger: Logger
  metrics: Metrics
}

/** How often a node asks its peers for what it may have missed of the open round, ms. */
const SYNC_EVERY = 5000

/**
 * A node of one task, operator or member: chain, peers, rounds and stores wired together. `start` catches up with the chain before it takes part;
 * `stop` ends everything in reverse order and loses nothing.
 */
export class TaskNode implements Service {
  readonly name = 'task-node'
  readonly context: RoundContext
  readonly runner: RoundRunner
  readonly history = new ClaimHistory()
  readonly genesis: ModelState
  readonly network: NetworkNode
  readonly gossip: Gossip
  readonly sync: RoundSync
  readonly membership: MembershipView
  readonly clock: ChainClock
  readonly sender: TransactionSender
  readonly #options: TaskNodeOptions
  readonly #journal: Journal
  readonly #engine: Engine
  readonly #enforcement: Enforcement
  readonly #catchUp: CatchUpLoop
  readonly #feed: ChainFeed
  readonly #watcher: LedgerWatcher
  readonly #services: Lifecycle
  readonly #abort = new AbortController()
  #syncTimer: NodeJS.Timeout | undefined
  #unclock: (() => void) | undefined

  private constructor(
    options: TaskNodeOptions,
    parts: {
      journal: Journal
      engine: Engine
      states: StateStore
      updates: BlobStore
      documents: BlobStore
      network: NetworkNode
      membership: MembershipView
      blobs: BlobExchange
      genesis: ModelState
    },
  ) {
    const { chain, contracts, task, spec, document, account, logger, metrics, role } = options
    const { journal, engine, states, updates, documents, network, membership, blobs, genesis } = parts
    const domain: SigningDomain = { chainId: chain.chainId, ledger: contracts.ledger }
    this.#options = options
    this.#journal = journal
    this.#engine = engine
    this.genesis = genesis
    this.network = network
    this.membership = membership
    this.clock = new ChainClock({ chain, logger })
    this.sender = new TransactionSender({ chain, account, journal: storedTransactionJournal(journal), logger })
    this.gossip = createGossip({
      node: network,
      task: { chainId: chain.chainId, ledger: contracts.ledger, task },
      validate: async (message) => this.validate(message),
      handle: (message) => this.accept(message),
      logger,
      metrics,
    })
    this.context = {
      domain,
      task,
      spec,
      document,
      account,
      states,
      updates,
      leaves: new KeptLeaves(),
      documents,
      openings: new Openings({ journal, documents, hash: async (bytes) => this.#engine.hash(bytes) }),
      peers: {
        publish: async (message) => void (await this.gossip.publish(message)),
        fetchUpdate: async (root, signal) => blobs.fetchUpdate(root, { segments: paddedLength(spec) / SEGMENT, signal }),
        fetchDocument: async (hash, signal) => this.#fetchDocument(blobs, hash, signal),
      },
      claims: claimComputer(this.#engine),
      factsOf: factsOf({ chain, contracts, task, history: this.history }),
      evidenceFolder: join(options.dataFolder, 'evidence'),
      said: saidIn(journal),
      logger,
      metrics,
    }
    this.#enforcement = new Enforcement({
      role,
      contracts,
      fromBlock: options.fromBlock,
      watch: options.watch,
      answer: options.answer,
      logger,
      metrics,
      context: this.context,
      sender: this.sender,
      journal,
      history: this.history,
      rounds: () => this.runner,
      now: () => this.clock.now(),
    })
    this.context.watch = this.#enforcement.claims
    this.#catchUp = new CatchUpLoop({
      context: this.context,
      history: this.history,
      genesis,
      onComputed: options.onComputed,
      isFinal: async (round, signal) => (await readFinality(chain, { ledger: contracts.ledger, task, round, signal })).final,
    })
    this.runner = new RoundRunner({
      role,
      journal,
      handlers: options.handlers(this.context, this.sender),
      logger,
      metrics,
      onChange: (state, phase) => {
        options.onChange?.(state, phase)
        void this.gossip.recheck()
      },
    })
    this.sync = createRoundSync({
      node: network,
      gossip: this.gossip,
      task,
      messagesOf: (round) => {
        const state = this.runner.state(round)
        return state ? [...messagesOf(state), ...this.context.openings.notices(round)] : []
      },
      currentRound: () => this.runner.latest?.plan.round,
      logger,
      metrics,
    })
    this.#feed = new ChainFeed({
      chain,
      contracts,
      task,
      history: this.history,
      runner: this.runner,
      catchUp: async () => this.#catchUp.run(),
      logger,
    })
    this.#watcher = watchLedger({
      chain,
      contracts,
      task,
      fromBlock: options.fromBlock,
      onEvent: async (event) => {
        await membership.apply(event)
        await this.#feed.onEvent(event)
      },
      logger,
      metrics,
    })
    const { services } = this.#enforcement
    this.#services = new Lifecycle([this.clock, membership, this.#watcher, network, this.gossip, blobs, this.sync, ...services])
  }

  /**
   * Opens the data folder and prepares the node; nothing listens yet.
   *
   * @throws QuorateError SPEC_MISMATCH when the chain names another specification, MODEL_MISMATCH when the genesis model is another one, STORAGE_LOCKED, …
   */
  static async open(options: TaskNodeOptions, onChain: Pick<Task, 'specHash'>): Promise<TaskNode> {
    const { spec, document, task, dataFolder, chain, contracts, fromBlock, logger, metrics } = options
    if (specHash(spec) !== onChain.specHash) {
      throw new QuorateError(
        'SPEC_MISMATCH',
        `the specification hashes to ${specHash(spec)}, the chain names ${onChain.specHash}`,
      )
    }
    await mkdir(dataFolder, { recursive: true })
    const journal = openJournal(dataFolder)
    try {
      const states = await StateStore.open(join(dataFolder, 'states'))
      const updates = await openBlobStore({ folder: join(dataFolder, 'updates'), extension: '.q8', addressOf: updateRoot })
      const documents = await openBlobStore({ folder: join(dataFolder, 'documents'), extension: '.bin', addressOf: keccak })
      const genesis = genesisState(task, spec, await takeGenesis(options, documents))
      await states.save(genesis)
      const membership = new MembershipView({ chain, vault: contracts.vault, fromBlock, logger })
      const { seed, listen, announce } = options.network
      const topics = [gossipTopic({ chainId: chain.chainId, ledger: contracts.ledger, task })]
      const network = await createNetworkNode({ seed, listen, announce, topics, membership, logger, metrics })
      const blobs = createBlobExchange({ node: network, source: storeSource(updates, documents), metrics })
      const engine = await openEngine({ gram: options.gram, logger })
      return new TaskNode(options, { journal, engine, states, updates, documents, network, membership, blobs, genesis })
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
      this.runner.tick(this.clock.now())
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
    await this.runner.stop()
    await this.#services.stop()
    await this.#catchUp.stopped()
    await this.#engine[Symbol.asyncDispose]()
    this.#journal.close()
  }

  /** Judges a statement that came by gossip, catch-up or gRPC. */
  async validate(message: Message): Promise<Validation> {
    const { domain, task } = this.context
    const validation = await validateMessage(
      {
        domain,
        task,
        roundState: (round) => this.runner.state(round),
        latestRound: () => this.runner.latest?.plan.round ?? 0n,
        operatorKey: (operator) => this.history.operatorKey(operator),
      },
      message,
    )
    const state = validation.verdict === 'ignore' ? this.runner.state(message.round) : undefined
    if (state) await this.#enforcement.note(state, message)
    return validation
  }

  /** Takes a statement that `validate` accepted. */
  accept(message: Message): void {
    if (message.kind === 'claim') this.context.openings.announced(message)
    const state = this.runner.state(message.round)
    const event = state && eventOf(message, state, (operator) => this.history.operatorKey(operator))
    if (event) this.runner.dispatch(message.round, event)
  }

  /** State after the newest claim this node has verified. */
  get head(): ModelState {
    return this.context.states.latest() ?? this.genesis
  }

  async #tick(now: number): Promise<void> {
    const { chain, contracts, logger } = this.#options
    try {
      await tickRounds({ chain, ledger: contracts.ledger, runner: this.runner }, now)
    } catch (error) {
      if (!this.#abort.signal.aborted) logger.debug({ error: String(error) }, 'a block was not told to the rounds')
    }
  }

  async #fetchDocument(blobs: BlobExchange, hash: Hash, signal: AbortSignal): Promise<Uint8Array> {
    try {
      return await blobs.fetchDocument(hash, { signal })
    } catch (error) {
      if (!this.#options.fallbackDocument || signal.aborted) throw error
      return this.#options.fallbackDocument(hash, signal)
    }
  }

  /** Gossip reaches who is there when it is sent; a round that waits for something may wait for what passed this node by. */
  async #askPeers(): Promise<void> {
    const state: RoundState | undefined = this.runner.latest
    if (!state || state.posted) return
    await this.sync.sync(state.plan.round, { signal: this.#abort.signal }).catch(() => 0)
  }
}
