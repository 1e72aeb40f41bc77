import { readCurrentRound, readKeyAt, readMembers, readPausedBetween, readTask } from '../../chain/index.ts'
import type { Chain, Contracts, CurrentRound, LedgerEvent, ReorgEvent } from '../../chain/index.ts'
import { isQuorateError } from '../../core/index.ts'
import type { Logger } from '../../core/index.ts'
import { VIA_CHAIN } from '../../protocol/index.ts'
import type { Address, RoundPlan, SeatChange, Windows } from '../../protocol/index.ts'
import type { ClaimHistory, PostedRound } from '../../replay/index.ts'
import type { Rounds } from '../rounds/rounds.ts'

export interface ChainFeedOptions {
  chain: Chain
  contracts: Contracts
  task: bigint
  history: ClaimHistory
  rounds: Pick<Rounds, 'state' | 'states' | 'open' | 'dispatch' | 'close'>
  /** Brings the model state up to the last claim of the history; called when a claim is posted that the rounds did not follow. */
  catchUp(): Promise<void>
  logger: Logger
}

/**
 * Turns what happens on chain into rounds: opens each with its plan and stake snapshot, tells them of claims, rejections, takeovers
 * and forced commitments. The history is only recorded until `begin` is called.
 */
export class ChainFeed {
  readonly #options: ChainFeedOptions
  #live = false

  constructor(options: ChainFeedOptions) {
    this.#options = options
  }

  /** For the watcher: one event at a time, in order. */
  async onEvent(event: LedgerEvent | ReorgEvent): Promise<void> {
    const { history, rounds, logger } = this.#options
    history.apply(event)
    if (!this.#live) return
    switch (event.type) {
      case 'posted':
        if (rounds.state(event.round)) rounds.dispatch(event.round, { type: 'posted', ...claimOf(event) })
        else await this.#options.catchUp()
        return this.refresh()
      case 'voided':
        // Nobody owes anything in it any more.
        rounds.close(event.round)
        return this.refresh()
      case 'opened':
        return this.refresh()
      case 'forced':
        return rounds.dispatch(event.round, {
          type: 'commitment',
          member: event.member,
          commitment: event.commitment,
          source: VIA_CHAIN,
        })
      case 'rejected':
        rounds.close(event.round + 1n)
        if (rounds.state(event.round))
          rounds.dispatch(event.round, { type: 'rejected', claimHash: event.claimHash, plan: await this.#seat() })
        // New to this node if it was posted before the node started, or rejected once too often and void.
        return this.refresh()
      case 'takenOver':
        return rounds.dispatch(event.round, { type: 'operator', plan: await this.#seat() })
      case 'paused':
      case 'unpaused':
        // The rounds' clock asks the ledger (`tickRounds`): nothing to tell them.
        return logger.warn(
          event.type === 'paused' ? { until: event.until } : { end: event.end },
          `the contracts are ${event.type}`,
        )
      case 'reorg':
        return this.#reorganised()
      default:
    }
  }

  /** From here on events reach the rounds. Call it after the watcher has reported the history. */
  async begin(): Promise<void> {
    this.#live = true
    await this.#options.catchUp()
    await this.refresh()
  }

  /** Opens the round that the chain has open, if this node does not run it yet. */
  async refresh(): Promise<void> {
    const { chain, contracts, task, rounds } = this.#options
    // A task that waits for its members has no open round; the event that opens the first comes here.
    const current = await this.#current().catch(unlessNotStarted)
    if (!current) return
    const known = rounds.state(current.round)
    if (known && known.plan.openedAt === current.openedAt && known.plan.base === current.parent) return
    if (known) rounds.close(current.round)
    const [{ members, totalStake }, { windows, quorumBps }, operatorKey] = await Promise.all([
      readMembers(chain, { vault: contracts.vault, task, timepoint: current.snapshot }),
      readTask(chain, { ledger: contracts.ledger, task }),
      readKeyAt(chain, { vault: contracts.vault, owner: current.operator, timepoint: current.snapshot }),
    ])
    const plan: RoundPlan = {
      task,
      round: current.round,
      openedAt: current.openedAt,
      windows,
      base: current.parent,
      operator: current.operator,
      operatorKey,
      vacant: current.vacant,
      ...reopened(current, windows),
      postEnd: current.postEnd,
      takeoverEnd: current.takeoverEnd,
      paused: current.paused,
      members: members.map(({ member, operatorKey, slot, stake }) => ({ member, operatorKey, slot, stake })),
      totalStake,
      quorumBps,
    }
    rounds.open(plan)
    // What the journal remembers may be undone, and what came while the node was away is not in it.
    this.#follow(current.round, plan)
  }

  /** Gives a round its events of the history. @param seat while it is open */
  #follow(round: bigint, seat?: SeatChange): void {
    const { rounds, history } = this.#options
    const posted = history.claim(round)
    const forced = [...history.forced(round)].map(([member, commitment]) => ({ member: member as Address, commitment }))
    rounds.dispatch(round, {
      type: 'chain',
      ...(seat && !posted && { plan: seatOf(seat) }),
      ...(posted && { posted: claimOf(posted) }),
      rejected: history.rejected(round),
      forced,
    })
  }

  /**
   * Undoes reorganised events in the rounds. Rounds that the chain opened differently are opened again; statements
   * already made stand, so nobody signs twice.
   */
  async #reorganised(): Promise<void> {
    const { rounds } = this.#options
    const current = await this.#current().catch(unlessNotStarted)
    // Even the start of the task is undone.
    if (!current) return rounds.close(0n)
    const open = current.round
    rounds.close(open + 1n)
    for (const { plan } of rounds.states()) {
      if (plan.round >= open || !rounds.state(plan.round)) continue
      if (this.#stands(plan)) this.#follow(plan.round)
      // Its claim, once the new chain has one, is caught up with.
      else rounds.close(plan.round)
    }
    await this.refresh()
    if (rounds.state(open)) this.#follow(open, await this.#seat())
  }

  /** Whether the history opens a round as its plan says. */
  #stands({ round, openedAt, base }: RoundPlan): boolean {
    const { history } = this.#options
    const parent = history.claims().findLast((claim) => claim.round < round)
    return history.openedAt(round) === openedAt && (parent === undefined || parent.claimHash === base)
  }

  async #seat(): Promise<SeatChange> {
    const { chain, contracts, task } = this.#options
    const current = await this.#current()
    const { operator, vacant, postEnd, takeoverEnd } = current
    const { windows } = await readTask(chain, { ledger: contracts.ledger, task })
    const operatorKey = await readKeyAt(chain, { vault: contracts.vault, owner: operator, timepoint: current.snapshot })
    return { operator, operatorKey, vacant, ...reopened(current, windows), postEnd, takeoverEnd }
  }

  /** The open round with its ends in running time, which stands still in pauses, as rounds are run. */
  async #current(): Promise<CurrentRound & { paused: number }> {
    const { chain, contracts, task } = this.#options
    const { ledger } = contracts
    const current = await readCurrentRound(chain, { ledger, task })
    const { openedAt: from, postEnd, takeoverEnd } = current
    const paused = await readPausedBetween(chain, { ledger, from, to: takeoverEnd })
    if (paused === 0) return { ...current, paused }
    const { timestamp } = await chain.publicClient.getBlock()
    const [now, post] = await Promise.all(
      [Number(timestamp), postEnd].map(async (to) => readPausedBetween(chain, { ledger, from, to })),
    )
    return { ...current, postEnd: postEnd - post!, takeoverEnd: takeoverEnd - paused, paused: now! }
  }
}

function unlessNotStarted(error: unknown): undefined {
  if (!isQuorateError(error, 'TASK_NOT_STARTED')) throw error
}

/** The ledger gives a rejected round a fresh post window, from the rejection on. */
function reopened({ attempt, postEnd }: CurrentRound, windows: Windows): { reopenedAt?: number } {
  return attempt > 0 ? { reopenedAt: postEnd - windows.post } : {}
}

function seatOf({ operator, operatorKey, vacant, reopenedAt, postEnd, takeoverEnd }: SeatChange): SeatChange {
  return { operator, operatorKey, vacant, reopenedAt, postEnd, takeoverEnd }
}

function claimOf({ claimHash, claim, operator }: PostedRound): Pick<PostedRound, 'claimHash' | 'claim' | 'operator'> {
  return { claimHash, claim, operator }
}
