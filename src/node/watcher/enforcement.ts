import { zeroAddress } from 'viem'
import { readCourtOfJudge, readTask } from '../../chain/index.ts'
import type { Contracts, TransactionSender } from '../../chain/index.ts'
import type { Logger, Metrics, Service } from '../../core/index.ts'
import { decodeRecord, leftOut, sameAddress } from '../../protocol/index.ts'
import type { Address, Hash, RoundRecord, RoundState } from '../../protocol/index.ts'
import type { Journal } from '../../storage/index.ts'
import { RECORD_FILE } from '../../replay/index.ts'
import type { ClaimHistory, ComputedClaim } from '../../replay/index.ts'
import type { ClaimReports } from '../claims/claim-reports.ts'
import { valueOf } from '../claims/outcome.ts'
import { replayClaim } from '../claims/replay-claim.ts'
import type { NodeEvents } from '../events/index.ts'
import type { ReplayPorts } from '../ports.ts'
import type { Rounds } from '../rounds/rounds.ts'
import { Answerer } from './answerer.ts'
import type { AnswererOptions } from './answerer.ts'
import { Collector } from './collector.ts'
import { CourtDispute } from './court-dispute.ts'
import { investigator } from './investigate.ts'
import { knownRound } from './known-round.ts'
import { overSoundFiles } from './over-sound-files.ts'
import { RowCheck } from './row-check.ts'
import { turnOf } from './turn.ts'
import { Watcher } from './watcher.ts'

export interface EnforcementOptions {
  /** Owner address that the node speaks for. */
  self: Address
  ports: ReplayPorts
  contracts: Contracts
  /** Block to begin reading events at. */
  fromBlock: bigint
  sender: TransactionSender
  journal: Journal
  history: ClaimHistory
  rounds: Pick<Rounds, 'state' | 'latest' | 'dispatch' | 'onChange'>
  /** Chain time, unix seconds. */
  now: () => number
  /** Resolves when history and rounds are read; disputes of an earlier run wait for it. */
  ready?: Promise<unknown>
  /** Disputes false claims from the node's own account; absent: nothing is disputed. */
  dispute?: { recipient: Address }
  events: NodeEvents
  /** How long off-chain sources get before a bond is put up, ms; default that of `CourtDispute`. */
  patienceMs?: number
  /** Makes a claim final whose answers to the court are late, if a quorum agrees to it: `Answerer`. */
  settle?: AnswererOptions['settle']
  /** Whether the node answers requests to the court about claims that it computed or replayed; default true. */
  answer?: boolean
  logger: Logger
  metrics: Metrics
}

/**
 * The enforcement by a node: it disputes false claims and answers the court about honest claims. Nothing of it needs the others' consent; the node's own account pays.
 */
export class Enforcement {
  /** To be started with the node, in this order. */
  readonly services: readonly Service[]
  /** Where replays report. */
  readonly reports: ClaimReports
  /** What a member agrees to has passed. */
  readonly rowCheck: RowCheck
  readonly #options: EnforcementOptions
  readonly #watcher: Watcher | undefined
  /** Claims that leave out a member and were disputed for that. */
  readonly #complained = new Set<Hash>()

  constructor(options: EnforcementOptions) {
    const { dispute } = options
    this.#options = options
    if (dispute) this.#watcher = this.#makeWatcher(dispute)
    this.rowCheck = this.#makeRowCheck()
    this.reports = {
      matched: (posted, computed) => {
        // A node that was away never got the list. With it, a receipt that comes later shows who is left out.
        const rows = recordIn(computed).rows.map(({ member, commitment, source }) => ({ member, commitment, source }))
        options.rounds.dispatch(posted.round, { type: 'seal', rows })
        void this.rowCheck.check(posted, computed)
      },
      mismatched: (posted) => this.#watcher?.dispute(posted),
      unavailable: (posted) => this.#watcher?.dispute(posted),
    }
    const services: (Service | undefined)[] = [
      this.#watcher,
      options.answer === false ? undefined : this.#makeAnswerer(),
      this.#makeCollector(),
    ]
    this.services = services.filter((service) => service !== undefined)
    options.rounds.onChange((state) => this.#complain(state))
  }

  #state(round: bigint): RoundState | undefined {
    return this.#options.rounds.state(round)
  }

  /** Disputes a claim that leaves out a member, also when its receipt came after the claim had passed. */
  #complain(state: RoundState): void {
    const { plan, posted } = state
    if (!posted || leftOut(state).length === 0 || this.#complained.has(posted.claimHash)) return
    this.#complained.add(posted.claimHash)
    this.#watcher?.dispute({ round: plan.round, ...posted })
  }

  #turn(lot: Hash): number {
    const members = this.#options.rounds.latest?.plan.members ?? []
    return turnOf(
      lot,
      this.#options.self,
      members.map(({ member }) => member),
    )
  }

  #makeAnswerer(): Answerer {
    const { ports, contracts, sender, history, settle, self, fromBlock, now, logger } = this.#options
    const claims = (): ReturnType<ClaimHistory['claims']> => history.claims()
    const restore: AnswererOptions['restore'] = async (posted, base, signal) =>
      replayClaim(ports, posted.round, posted, base, signal)
    return new Answerer({ ports, contracts, sender, claims, restore, ...(settle && { settle }), self, fromBlock, now, logger })
  }

  #makeCollector(): Collector {
    const { contracts, sender, dispute, ports, logger } = this.#options
    const accounts = dispute ? [sender.address, dispute.recipient] : [sender.address]
    const { ledger, vault } = contracts
    const keepers = async (signal: AbortSignal): Promise<readonly Address[]> => {
      const { judge } = await readTask(sender.chain, { ledger, task: ports.task.id, signal })
      const court = sameAddress(judge, zeroAddress) ? zeroAddress : await readCourtOfJudge(sender.chain, { judge, signal })
      return sameAddress(court, zeroAddress) ? [vault] : [vault, court]
    }
    return new Collector({ sender, keepers, accounts, logger })
  }

  #makeWatcher({ recipient }: NonNullable<EnforcementOptions['dispute']>): Watcher {
    const { ports, contracts, sender, journal, history, ready, fromBlock, now, events, patienceMs, logger, metrics } =
      this.#options
    const { id: task, spec } = ports.task
    return new Watcher({
      contracts,
      task,
      sender,
      recipient,
      investigate: overSoundFiles(ports.stores, () =>
        investigator({
          ports,
          roundState: (round) => this.#state(round),
        }),
      ),
      stands: ({ round, claimHash }) => history.claim(round)?.claimHash === claimHash,
      turn: (claimHash) => this.#turn(claimHash),
      court: new CourtDispute({
        contracts,
        task,
        spec,
        sender,
        fromBlock,
        now,
        events,
        ...(patienceMs !== undefined && { patienceMs }),
        logger,
      }),
      journal,
      ready,
      events,
      logger,
      metrics,
    })
  }

  #makeRowCheck(): RowCheck {
    const { ports, journal, logger } = this.#options
    return new RowCheck({
      journal,
      known: async ({ round, claim }, computed) =>
        knownRound({
          facts: await ports.factsOf(round, claim.parent),
          record: recordIn(computed),
          own: this.#state(round),
        }),
      replay: async (posted, signal) => {
        const base = await ports.stores.states.load(posted.claim.parent)
        return base && valueOf(await replayClaim(ports, posted.round, posted, base, signal, this.#state(posted.round)))
      },
      receipts: (round) => this.#state(round)?.receipts.size ?? 0,
      onFault: (dispute) => this.#watcher?.dispute(dispute),
      logger,
    })
  }
}

function recordIn({ files }: ComputedClaim): RoundRecord {
  return decodeRecord(new TextDecoder().decode(files.documents.get(RECORD_FILE)))
}
