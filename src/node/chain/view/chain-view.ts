import { readCurrentRound, readLedgerEvents, readRound } from '../../../chain/index.ts'
import type { Chain, Contracts, LedgerEvent, MembershipView, ReorgEvent, ReportedHead } from '../../../chain/index.ts'
import type { Logger, Metrics } from '../../../core/index.ts'
import { RING } from '../../../protocol/index.ts'
import { ClaimHistory } from '../../../replay/index.ts'
import type { ChainFeed } from '../chain-feed.ts'
import { historyFaults } from './history-faults.ts'
import type { HistoryFault, LedgerState } from './history-faults.ts'
import { pin } from './pin.ts'

export interface ChainViewOptions {
  chain: Chain
  contracts: Contracts
  task: bigint
  /** The block of the deployment. */
  fromBlock: bigint
  history: ClaimHistory
  feed: Pick<ChainFeed, 'behind' | 'onHead'>
  membership: Pick<MembershipView, 'compare'>
  /** Takes events that replace a part of the history: a `reorg`, and those of the blocks after it. */
  retell: (event: LedgerEvent | ReorgEvent) => Promise<void>
  logger: Logger
  /** `quorate_chain_view_repairs_total` by what differed. */
  metrics: Metrics
  /** Blocks between two comparisons when nothing happens; members are compared every fourth time. Default 4. */
  everyBlocks?: number
}

const EVERY = 4
/** Comparisons of the open round for each one of the members. */
const MEMBERS_EVERY = 4
/** Blocks that are read again first where the history differs; then all of them. */
const RECENT = 512n
/** Blocks before a history that did not fit is read once more. */
const RETRY = 32n

/**
 * What a node takes the chain to be, as a state that is compared with the chain, and not only a sum of events. An RPC address may lead to
 * back ends that lag, leave logs out, or are on another branch for a while; an event that was missed would be missed for good.
 *
 * Whenever the history changed, every few blocks, and after each start, reorganisation or outage, the view reads what the ledger and the
 * vault hold after the block up to which the watcher has reported, by the block's hash, and compares the history, the rounds and the
 * members with it. Where the history differs, its events are read again. A difference is logged once with CHAIN_VIEW_DIFFERED, and counted.
 *
 * Cost: one call each time; with the members some 30 in one batch; after a start, a reorganisation or an outage one for each claim in the
 * ledger's ring.
 *
 * @example
 * const watcher = watchLedger({ …, onHead: (head) => view.onHead(head) })
 */
export class ChainView {
  readonly #options: ChainViewOptions
  #comparedAt = -1n
  #looks = 0
  /** No history fitted: the block from which on it is read again. */
  #repairFrom = 0n
  /** What was logged last. */
  #said = ''

  constructor(options: ChainViewOptions) {
    this.#options = options
  }

  /** For the watcher, when every event up to a block was reported. Errors: those of reading the chain; call it again then. */
  async onHead(head: ReportedHead): Promise<void> {
    const { feed, everyBlocks = EVERY } = this.#options
    if (!head.disturbed && !feed.behind && head.number < this.#comparedAt + BigInt(everyBlocks)) return
    const state = await this.#read(head)
    const faults = historyFaults(this.#options.history, state)
    if (faults.length === 0) this.#said = ''
    else if (head.number >= this.#repairFrom) await this.#repair(head, state, faults)
    await feed.onHead(head, state.current)
    this.#comparedAt = head.number
    if (head.disturbed || ++this.#looks % MEMBERS_EVERY === 0) await this.#compareMembers(head)
  }

  /** Members that cannot be read now do not hold up the rounds. */
  async #compareMembers(head: ReportedHead): Promise<void> {
    const { membership, logger } = this.#options
    try {
      if (await membership.compare(pin(head))) this.#say(head, ['members'], 'read the members again')
    } catch (error) {
      this.#looks = -1
      logger.warn(
        { code: 'CHAIN_VIEW_DIFFERED', block: head.number, error: String(error) },
        'could not compare the members with the chain; the node will retry',
      )
    }
  }

  /** What the ledger holds after a block: of its claims, those of the ring when something happened that may have left gaps. */
  async #read(head: ReportedHead): Promise<LedgerState> {
    const { chain, contracts, task, history } = this.#options
    const at = { ledger: contracts.ledger, task, ...pin(head) }
    const claims = head.disturbed ? history.claims().slice(-RING) : []
    const [current, ...rounds] = await Promise.all([
      readCurrentRound(chain, at),
      ...claims.map(async ({ round }) => [round, await readRound(chain, { ...at, round })] as const),
    ])
    return { current, posted: new Map(rounds) }
  }

  /** Reads the events again: those of the last blocks, and all of them if that does not help. A history that does not fit replaces none. */
  async #repair(head: ReportedHead, state: LedgerState, faults: readonly HistoryFault[]): Promise<void> {
    const { chain, contracts, task, fromBlock, history, retell } = this.#options
    const recent = head.number - RECENT
    for (const from of new Set([recent > fromBlock ? recent : fromBlock, fromBlock])) {
      const events = await readLedgerEvents(chain, { contracts, task, fromBlock: from, toBlock: head.number })
      const candidate = new ClaimHistory()
      for (const event of history.events()) if (event.blockNumber < from) candidate.apply(event)
      for (const event of events) candidate.apply(event)
      if (historyFaults(candidate, state).length > 0) continue
      await retell({ type: 'reorg', toBlock: from - 1n })
      for (const event of events) await retell(event)
      return this.#say(head, faults, 'read the history again')
    }
    this.#repairFrom = head.number + RETRY
    this.#say(head, faults, 'the RPC node still shows no history that fits; the node will retry')
  }

  #say({ number: block }: ReportedHead, parts: readonly (HistoryFault | 'members')[], done: string): void {
    const { logger, metrics } = this.#options
    for (const part of parts) metrics.count('chain_view_repairs_total', { part })
    const text = `${parts.join()}: ${done}`
    if (this.#said === text) return
    this.#said = text
    logger.warn({ code: 'CHAIN_VIEW_DIFFERED', block, parts }, `what the node knew of the chain differed from the chain: ${done}`)
  }
}
