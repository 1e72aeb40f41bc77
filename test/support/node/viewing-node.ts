import { MembershipView, watchLedger } from '../../../src/chain/index.ts'
import type { Chain, LedgerEvent, LedgerWatcher, ReorgEvent } from '../../../src/chain/index.ts'
import { noMetrics, silentLogger } from '../../../src/core/index.ts'
import type { Logger, Metrics } from '../../../src/core/index.ts'
import { ChainFeed, ChainView, Rounds } from '../../../src/node/index.ts'
import type { RoundState } from '../../../src/protocol/index.ts'
import { ClaimHistory } from '../../../src/replay/index.ts'
import { createMemoryJournal } from '../../../src/storage/index.ts'
import type { TestChain } from '../../integration/chain/harness.ts'

/** A node that follows the chain and does nothing else: no peers, no duties. */
export interface ViewingNode {
  history: ClaimHistory
  rounds: Rounds
  membership: MembershipView
  watcher: LedgerWatcher
  feed: ChainFeed
  /** Metric samples: name and labels, as `name{value}`. */
  counted: string[]
  /** Resolves when the node has seen everything that is on chain now. */
  synced: () => Promise<void>
  stop: () => Promise<void>
}

export interface ViewingOptions {
  task: bigint
  /** How the node reaches the chain. Default: directly. */
  chain?: Chain
  logger?: Logger
  everyBlocks?: number
}

/** Starts the node as a program does. */
export async function viewingNode(
  on: TestChain,
  { task, chain = on.chain, logger = silentLogger, everyBlocks }: ViewingOptions,
): Promise<ViewingNode> {
  const { contracts, deployment } = on
  const { fromBlock } = deployment
  const history = new ClaimHistory()
  const counted: string[] = []
  const metrics: Metrics = {
    ...noMetrics,
    count: (name, labels) => void counted.push(`${name}{${Object.values(labels ?? {}).join()}}`),
  }
  const journal = createMemoryJournal()
  const rounds = new Rounds({ journal, logger: silentLogger, metrics: noMetrics })
  const membership = new MembershipView({ chain, vault: contracts.vault, task, fromBlock })
  const feed = new ChainFeed({
    chain,
    contracts,
    task,
    spec: { toleranceBps: 2500, minSealedBps: 5000, committee: 0 },
    self: on.sender(9).address,
    journal,
    history,
    rounds,
    catchUp: async () => {},
    logger,
  })
  const retell = async (event: LedgerEvent | ReorgEvent): Promise<void> => feed.onEvent(event)
  const every = everyBlocks === undefined ? {} : { everyBlocks }
  const view = new ChainView({ chain, contracts, task, fromBlock, history, feed, membership, retell, logger, metrics, ...every })
  const watcher = watchLedger({
    chain,
    contracts,
    task,
    fromBlock,
    onEvent: async (event) => {
      await membership.apply(event)
      await retell(event)
    },
    onHead: async (head) => view.onHead(head),
    pollingIntervalMs: 5,
    logger: silentLogger,
    metrics: noMetrics,
  })
  await membership.start()
  await watcher.start()
  await watcher.synced()
  await feed.begin()
  return {
    history,
    rounds,
    membership,
    watcher,
    feed,
    counted,
    synced: async () => void (await watcher.synced()),
    async stop() {
      rounds.end()
      await watcher.stop()
    },
  }
}

/** What the chain decides of a round. */
export function chainSide(state: RoundState | undefined) {
  if (!state) return undefined
  const { plan, posted, sealed, forced } = state
  // A node also notes what it knows of itself in the round.
  const { paused: _paused, caughtUp: _caughtUp, resumed: _resumed, lost: _lost, ...fixed } = plan
  return { plan: fixed, posted: posted?.claimHash, sealed, forced }
}

/** All that a node knows of the chain, to be compared with what another node knows. */
export function knownOf({ history, rounds, membership }: ViewingNode) {
  const accounts = membership.accounts().map(({ owner, operatorKey, allocated }) => [owner, operatorKey, allocated])
  return {
    open: history.open(),
    claims: history.claims().map(({ round, claimHash }) => [round, claimHash]),
    rounds: rounds
      .states()
      .map(chainSide)
      .toSorted((a, b) => Number(a!.plan.round - b!.plan.round)),
    accounts: accounts.toSorted(([a], [b]) => (a! < b! ? -1 : 1)),
  }
}
