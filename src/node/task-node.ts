import { join } from 'node:path'
import {
  ChainClock,
  finalizeWithQuorum,
  MembershipView,
  readFinality,
  storedTransactionJournal,
  TransactionSender,
  watchLedger,
} from '../chain/index.ts'
import type { LedgerEvent, LedgerWatcher, ReorgEvent, Task } from '../chain/index.ts'
import { Lifecycle, watchedStop } from '../core/index.ts'
import type { Service } from '../core/index.ts'
import type { Engine } from '../engine/index.ts'
import { createBlobExchange, createGossip, createRoundSync } from '../network/index.ts'
import type { Gossip, NetworkNode, RoundSync } from '../network/index.ts'
import { drawnCommittee, messagesOf, paddedLength, SEGMENT, selfWith } from '../protocol/index.ts'
import type { RoundDuty } from '../protocol/index.ts'
import { claimComputer, ClaimHistory, factsOf } from '../replay/index.ts'
import type { ModelState } from '../replay/index.ts'
import type { Journal } from '../storage/index.ts'
import { AgreementLoop, Agreements, quorumToSettle, snapshotOf } from './agreements/index.ts'
import { openBeside } from './beside.ts'
import type { Beside } from './beside.ts'
import { ChainFeed } from './chain/chain-feed.ts'
import { finalClaims } from './chain/final-claim.ts'
import { SentTransactions } from './chain/sent-transactions.ts'
import { drawWatches } from './chain/draw-watches.ts'
import { ChainView } from './chain/view/chain-view.ts'
import { CatchUpLoop } from './claims/catch-up-loop.ts'
import { recallHistory } from './claims/recall-history.ts'
import { patientReports, reportToAll } from './claims/claim-reports.ts'
import { documentsThroughStore } from './claims/fetch-document.ts'
import { RecordKeeper } from './claims/keep-records.ts'
import { withFallback } from './claims/with-fallback.ts'
import { historyRead } from './chain/history-read.ts'
import { seedBlock } from './duties/seed.ts'
import type { Evaluations } from './evaluations/index.ts'
import { tellClaims, tellDraw, tellOutcomes, tellRefusals, tellRounds } from './events/index.ts'
import { closeParts, openParts } from './open-parts.ts'
import type { NodeParts } from './open-parts.ts'
import type { NodePorts, ReplayPorts } from './ports.ts'
import { AskPeers } from './rounds/ask-peers.ts'
import { DutyRunner } from './rounds/duty-runner.ts'
import { Inbox } from './rounds/inbox.ts'
import { Rounds } from './rounds/rounds.ts'
import { saidIn } from './rounds/said.ts'
import { Statements } from './rounds/statements.ts'
import { tickRounds } from './rounds/tick-rounds.ts'
import { AgreementFiles } from './stores/agreement-file.ts'
import { storeSource } from './stores/blob-source.ts'
import { Retention } from './stores/retention.ts'
import type { Spendings } from './spending/index.ts'
import { StartSteps } from './start-steps.ts'
import type { TaskNodeOptions } from './task-node-options.ts'
import { Voice } from './voice.ts'
import { Enforcement } from './watcher/index.ts'

/** Rounds before the open one whose agreements are asked for when a peer appears. The others have their turn now and then. */
const MEET_ROUNDS = 2
/** How long work in flight may take to end, ms; then its requests to the chain are ended. */
const STOP_GRACE_MS = 1_000

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
  readonly evaluations: Evaluations
  readonly spendings: Spendings
  readonly sync: RoundSync
  readonly statements: Statements
  readonly membership: MembershipView
  readonly clock: ChainClock
  readonly sender: TransactionSender
  /** Names of the duties, those of rounds first. */
  readonly duties: readonly string[]
  readonly #options: TaskNodeOptions
  readonly #journal: Journal
  readonly #engine: Engine
  readonly #runner: DutyRunner
  readonly #asking: AskPeers
  readonly #catchUp: CatchUpLoop
  readonly #retention: Retention
  readonly #feed: ChainFeed
  readonly #draws: readonly Service[]
  readonly #agreementFiles: AgreementFiles
  readonly #beside: Beside
  readonly #records: RecordKeeper
  readonly #agreeing: AgreementLoop
  readonly #watcher: LedgerWatcher
  readonly #services: Lifecycle
  readonly #abort = new AbortController()
  /** Resolves when history and disputable rounds are read. */
  readonly #ready = Promise.withResolvers<void>()
  readonly #starting: StartSteps
  readonly #onSlow = (part: string): void => this.#options.logger.warn({ part }, 'a part of the node takes long to stop')
  #unclock: (() => void) | undefined
  #ended: Promise<void> | undefined
  /** Blocks are told one after the other, or an older one could come last. */
  #ticking: Promise<void> = Promise.resolve()

  private constructor(
    options: TaskNodeOptions,
    { quorumBps, links, journal, engine, stores, network, membership, genesis }: NodeParts,
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
    const sent = new SentTransactions(journal)
    this.sender = new TransactionSender({ chain, account, journal: sent.over(storedTransactionJournal(journal)), logger })
    this.rounds = new Rounds({ journal, logger, metrics })

    const blobs = createBlobExchange({
      node: network,
      source: storeSource(stores.updates, stores.documents, stores.leaves),
      metrics,
    })
    const replayPorts: ReplayPorts = {
      task: { id: task, domain, spec, document },
      stores,
      supply: {
        fetchUpdate: async (root, fetch) => blobs.fetchSegments(root, { segments: paddedLength(spec) / SEGMENT, ...fetch }),
        fetchDocument: withFallback(documentsThroughStore(blobs, stores.documents), options.fallbackDocument),
      },
      compute: claimComputer(engine),
      factsOf: factsOf({ chain, contracts, task, spec, history }),
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
      ready: this.#ready.promise,
      dispute: options.dispute,
      events,
      settle: async (posted, signal) => {
        const quorum = quorumToSettle(this.agreements, rounds.states(), posted.round)
        if (!quorum) return false
        await finalizeWithQuorum(sender, { ledger, task, ...quorum, signal })
        return true
      },
      answer: options.answer,
      logger,
      metrics,
    })
    const reports = patientReports(reportToAll([enforcement.reports, tellClaims({ events, self, logger })]))
    const isFinal = async (round: bigint, signal: AbortSignal): Promise<boolean> =>
      (await readFinality(chain, { ledger, task, round, signal })).final
    const snapshots = snapshotOf({ rounds, history, factsOf: replayPorts.factsOf })
    this.#agreementFiles = new AgreementFiles(join(options.dataFolder, 'agreements'), logger)
    this.agreements = new Agreements({
      domain,
      task,
      quorumBps,
      journal,
      history,
      snapshotOf: snapshots,
      isFinal,
      files: this.#agreementFiles,
      events,
      logger,
    })
    const { agreements } = this
    const { dataFolder } = options
    this.#beside = openBeside({ domain, task, history, snapshotOf: snapshots, rounds, events, dataFolder, logger })
    const { evaluations, spendings } = ({ evaluations: this.evaluations, spendings: this.spendings } = this.#beside)
    this.#records = new RecordKeeper({ task: replayPorts.task, documents: stores.documents, openings: stores.openings, logger })
    const records = this.#records
    rounds.onChange((state) => records.look(state))
    this.inbox = new Inbox({
      domain,
      task,
      rounds,
      awaited: () => this.#feed.awaited?.round,
      statements: { hear: async (message, verdict) => this.statements.hear(message, verdict) },
      openings: stores.openings,
      records,
      agreements,
      evaluations,
      spendings,
    })
    const { inbox } = this
    this.gossip = createGossip({
      node: network,
      task: { chainId: chain.chainId, ledger, task },
      validate: async (message) => inbox.validate(message),
      handle: (message) => {
        inbox.accept(message)
        if (message.kind === 'claim' || message.kind === 'seal') this.#watcher.poke()
      },
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
        return [
          ...(state ? [...messagesOf(state), ...stores.openings.notices(round)] : []),
          ...agreements.messages(round),
          ...this.#beside.messages(round),
        ]
      },
      wantedRounds: () => [
        ...new Set([
          ...(rounds.latest ? [rounds.latest.plan.round] : []),
          ...agreements.wanted().slice(0, MEET_ROUNDS),
          // A claim that is final already still gathers evaluations.
          ...evaluations.newest(),
        ]),
      ],
      logger,
      metrics,
    })

    this.#asking = new AskPeers({ rounds, sync: this.sync })

    const publish: Gossip['publish'] = async (message) => gossip.publish(message)
    this.ports = { ...replayPorts, voice: new Voice({ domain, owner: self, account, said: saidIn(journal), publish }) }
    const duties = options.duties({ ports: this.ports, reports, events, sender, journal })
    const { agree, seed, epoch, ...ofRounds } = duties
    const names = Object.keys(ofRounds) as RoundDuty[]
    this.duties = [
      ...names,
      ...(agree ? ['agree'] : []),
      ...(seed && drawnCommittee(spec) > 0 ? ['seed'] : []),
      ...(epoch ? ['epoch'] : []),
      ...(options.dispute ? ['dispute'] : []),
      ...(options.answer === false ? [] : ['answer']),
    ]
    this.statements = new Statements({
      domain,
      owner: self,
      speaks: names.includes('commit') || names.includes('seal'),
      rounds,
      sync: this.sync,
      sent,
      covers: (round) => this.#feed.covers(round),
      peers: () => gossip.subscribers(),
      events,
      logger,
    })
    this.#runner = new DutyRunner({
      self: selfWith(self, names),
      rounds,
      duties,
      logger,
      metrics,
      tracer: options.tracer,
      updateBytes: paddedLength(spec),
    })
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
    rounds.onChange(tellRefusals({ events, logger }))
    tellRounds({ events, rounds, agreements })
    rounds.onChange(() => void gossip.recheck())

    this.#catchUp = new CatchUpLoop({
      ports: replayPorts,
      history,
      genesis,
      reports,
      isFinal: finalClaims(chain, { ledger, task }),
      recall: async (signal) => recallHistory(history, { chain, contracts, task, fromBlock, signal }),
      roundState: (round) => rounds.state(round),
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
      if (event.event !== 'replayed' && event.event !== 'built') return
      history.forget(event.round)
      void this.#retention.after(event.round)
    })
    const catchUp = this.#catchUp
    stores.states.onLost((claimHash) => void catchUp.restore(claimHash))
    this.#feed = new ChainFeed({
      chain,
      contracts,
      task,
      spec,
      self,
      ...(options.sealDepth !== undefined && { sealDepth: options.sealDepth }),
      journal,
      history,
      rounds,
      drawn: tellDraw({ events, ...(member && { member }), logger, metrics }),
      hasState: (claimHash) => stores.states.head(claimHash) !== undefined,
      catchUp: async () => catchUp.run(),
      logger,
    })
    const feed = this.#feed
    const drawing = { self, spec, duties, clock, history, membership, events, logger }
    this.#draws = drawWatches({ ...drawing, awaited: () => feed.awaited, refresh: async () => this.#watcher.poke() })
    const retell = async (event: LedgerEvent | ReorgEvent): Promise<void> => {
      await feed.onEvent(event)
      agreeing.onEvent(event)
    }
    const view = new ChainView({ chain, contracts, task, fromBlock, history, feed, membership, retell, logger, metrics })
    this.#watcher = watchLedger({
      chain,
      contracts,
      task,
      fromBlock,
      onEvent: async (event) => {
        await membership.apply(event)
        this.statements.onEvent(event)
        await retell(event)
      },
      onHead: async (head) => view.onHead(head),
      logger,
      metrics,
    })
    events.on('sealed', () => this.#watcher.poke())
    events.on('posted', () => this.#watcher.poke())
    network.onMove(() => events.emit({ event: 'addresses', addresses: network.addresses(), relays: network.relays() }))
    this.#starting = new StartSteps({
      signal: AbortSignal.any([options.signal, this.#abort.signal]),
      events,
      logger,
      clock: options.clock,
    })
    const patient = (service: Service): Service => ({
      name: service.name,
      start: async () => this.#starting.step('the chain', async () => service.start()),
      stop: async () => service.stop(),
    })
    this.#services = new Lifecycle(
      [patient(clock), patient(membership), this.#watcher, network, gossip, blobs, this.sync, ...enforcement.services],
      this.#onSlow,
    )
  }

  /**
   * Opens the state folder and prepares the node; nothing listens yet.
   *
   * @throws QuorateError SPEC_MISMATCH when the chain names another specification, SPEC_OUT_OF_BOUNDS, MODEL_MISMATCH when the genesis model is another one, STORAGE_LOCKED, …
   */
  static async open(options: TaskNodeOptions, onChain: Pick<Task, 'specHash' | 'quorumBps'>): Promise<TaskNode> {
    const steps = new StartSteps(options)
    let opening: Promise<NodeParts> | undefined
    try {
      const parts = await steps.step(
        `the state folder ${options.dataFolder}`,
        async () => (opening = openParts(options, onChain)),
      )
      return new TaskNode(options, parts)
    } catch (error) {
      // A cancelled start leaves an attempt alone.
      void opening?.then(closeParts, () => {})
      throw error
    }
  }

  /** What the node was opened with. */
  get about(): Pick<TaskNodeOptions, 'self' | 'chain' | 'contracts' | 'task' | 'fromBlock' | 'spec' | 'document' | 'dataFolder'> {
    return this.#options
  }

  /** Blocks up to the one whose randomness draws the members of the open round; at least one while the members are not drawn, else 0. */
  missingBlocks(): number {
    const { awaited } = this.#feed
    return awaited ? Math.max(1, Number(seedBlock(awaited) - this.clock.latest.number)) : 0
  }

  /** Waits for the chain where it must. Ends with CANCELLED when the signal of the options aborts. */
  async start(): Promise<void> {
    const { chain, contracts, task } = this.#options
    const step: StartSteps['step'] = async (...args) => this.#starting.step(...args)
    try {
      await step(
        'the transactions of an earlier run',
        async (signal) => this.sender.recover({ signal }),
        ({ code }) => code === 'TRANSACTION_TIMEOUT',
      )
      await this.#services.start()
      await this.network.meet(this.#options.network.peers ?? [])
      await step('the history of the ledger', async (signal) =>
        historyRead(this.#watcher, { chain, ledger: contracts.ledger, task }, signal),
      )
      this.#unclock = this.clock.onBlock(({ number }) => {
        this.#feed.onBlock(number)
        this.#ticking = this.#ticking.then(async () => this.#tick(this.clock.now()))
      })
      this.rounds.tick(this.clock.now())
      this.#runner.start()
      await step('the chain', async () => this.#feed.openDisputable())
      this.#ready.resolve()
      await this.#agreeing.start()
      void this.evaluations.begin()
      this.statements.begin()
      await step('the chain', async () => this.#feed.begin())
      void this.spendings.begin()
      for (const draw of this.#draws) await draw.start()
      await this.statements.start()
      await this.#asking.start()
    } catch (error) {
      await this.stop()
      throw error
    }
  }

  async stop(): Promise<void> {
    this.#ended ??= this.#end()
    return this.#ended
  }

  async #end(): Promise<void> {
    this.#abort.abort()
    // An RPC node that does not answer must not hold up the end.
    const overdue = setTimeout(() => void this.#options.chain.close(), STOP_GRACE_MS)
    this.#catchUp.stop()
    const stopped = async (name: string, stop: () => Promise<void>): Promise<void> => watchedStop(name, stop, this.#onSlow)
    await stopped('asking', async () => this.#asking.stop())
    await stopped('statements', async () => this.statements.stop())
    for (const draw of this.#draws) await stopped(draw.name, async () => draw.stop())
    this.#unclock?.()
    this.rounds.end()
    await stopped('duties', async () => this.#runner.stop())
    await stopped('agreeing', async () => this.#agreeing.stop())
    await stopped('services', async () => this.#services.stop())
    await stopped('catch-up', async () => this.#catchUp.stopped())
    await stopped('retention', async () => this.#retention.settled())
    await stopped('records', async () => this.#records.settled())
    await stopped('agreements', async () => this.#agreementFiles.settled())
    await stopped('beside', async () => this.#beside.settled())
    await stopped('engine', async () => this.#engine[Symbol.asyncDispose]())
    clearTimeout(overdue)
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
}
