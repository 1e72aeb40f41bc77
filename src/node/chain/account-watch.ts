import { readClaimed } from '../../chain/index.ts'
import type { MembershipView } from '../../chain/index.ts'
import { formatAmount, NATIVE, Poll } from '../../core/index.ts'
import type { Clock, Logger, Metrics, Service, TokenUnit } from '../../core/index.ts'
import { lowerHex, sameAddress } from '../../protocol/index.ts'
import type { Address, Hash } from '../../protocol/index.ts'
import type { ClaimHistory, PostedRound } from '../../replay/index.ts'
import { newestFinal } from '../agreements/newest-final.ts'
import type { StateHead } from '../stores/state-store.ts'
import type { TaskNode } from '../task-node.ts'
import { finalClaims } from './final-claim.ts'

export interface AccountWatchOptions {
  /** Owner address of the node. */
  self: Address
  /** Of the staked token. */
  unit: TokenUnit
  membership: Pick<MembershipView, 'account'>
  history: Pick<ClaimHistory, 'open' | 'seat' | 'claims'>
  /** The ledger after a claim, if this node keeps it. */
  head: (claimHash: Hash) => Pick<StateHead, 'ledger'> | undefined
  /** Native currency of the operator key, wei. */
  readBalance: () => Promise<bigint>
  /** Rewards paid out to the account so far, token wei. */
  readPaid: (signal: AbortSignal) => Promise<bigint>
  isFinal: (claim: PostedRound, signal: AbortSignal) => Promise<boolean>
  metrics: Pick<Metrics, 'gauge'>
  logger: Logger
  /** Pause between two looks, ms. Default 15 seconds, as often as Prometheus asks. */
  everyMs?: number
  clock?: Pick<Clock, 'sleep'> | undefined
}

/**
 * Keeps the gauges of a node's account: who has the seat, what the operator key has for gas, the stake, and the reward that can be claimed. A look costs two
 * requests to the chain, and one more for each claim that became final.
 *
 * @example const watch = new AccountWatch({ ...watchedAccount(node), unit, metrics, logger })
 */
export class AccountWatch implements Service {
  readonly name = 'account-watch'
  readonly #options: AccountWatchOptions
  readonly #poll: Poll
  /** Operators that had the seat: their series go to 0 rather than stay at 1. */
  readonly #holders = new Set<Address>()
  /** Finality is not undone, and a final claim makes those before it final. */
  #finalUpTo = -1n

  constructor(options: AccountWatchOptions) {
    this.#options = options
    const { logger, everyMs = 15_000, clock } = options
    this.#poll = new Poll({
      name: this.name,
      everyMs,
      look: async () => this.look(),
      // Balance and reward keep their last values; that the RPC node is away has gauges of its own.
      failed: (error) => logger.debug({ error: String(error) }, 'the gauges of the account were not brought up to date'),
      ...(clock && { clock }),
    })
  }

  async start(): Promise<void> {
    await this.#poll.start()
  }

  async stop(): Promise<void> {
    await this.#poll.stop()
  }

  /** Brings the gauges up to date once. What needs no chain comes first. Errors: RPC_UNREACHABLE, CANCELLED. */
  async look(): Promise<void> {
    const { metrics, unit, membership, self } = this.#options
    this.#tellSeat()
    const { free = 0n, allocated = 0n } = membership.account(self) ?? {}
    metrics.gauge('stake_tokens', tokens(allocated, unit), { part: 'task' })
    metrics.gauge('stake_tokens', tokens(free, unit), { part: 'free' })
    metrics.gauge('operator_balance_ether', tokens(await this.#options.readBalance(), NATIVE))
    metrics.gauge('reward_claimable_tokens', tokens(await this.#claimable(), unit))
  }

  #tellSeat(): void {
    const { history, metrics, self } = this.#options
    const open = history.open()
    const operator = open === undefined ? undefined : history.seat(open)?.operator
    if (operator) this.#holders.add(lowerHex(operator))
    for (const one of this.#holders)
      metrics.gauge('seat_holder', operator && sameAddress(one, operator) ? 1 : 0, { operator: one })
    metrics.gauge('seat_held', operator ? 1 : 0)
    metrics.gauge('seat_own', operator && sameAddress(operator, self) ? 1 : 0)
  }

  /** What the newest final claim whose ledger is here owes beyond what was paid. */
  async #claimable(): Promise<bigint> {
    const { history, head, readPaid, isFinal, self } = this.#options
    const { signal } = this.#poll
    const claims = history.claims()
    const byRound = new Map(claims.map((claim) => [claim.round, claim]))
    const final = await newestFinal(claims, async (round) => round <= this.#finalUpTo || isFinal(byRound.get(round)!, signal))
    this.#finalUpTo = final ?? this.#finalUpTo
    const newest = final === undefined ? undefined : byRound.get(final)
    const leaf = [...(newest ? (head(newest.claimHash)?.ledger.values() ?? []) : [])].find(({ member }) =>
      sameAddress(member, self),
    )
    if (!leaf) return 0n
    const paid = await readPaid(signal)
    return leaf.reward > paid ? leaf.reward - paid : 0n
  }
}

/** What `AccountWatch` needs of a node. */
export function watchedAccount(
  node: Pick<TaskNode, 'about' | 'membership' | 'history' | 'ports' | 'sender'>,
): Omit<AccountWatchOptions, 'unit' | 'metrics' | 'logger'> {
  const { self, chain, contracts, task } = node.about
  const { ledger, distributor } = contracts
  return {
    self,
    membership: node.membership,
    history: node.history,
    head: (claimHash) => node.ports.stores.states.head(claimHash),
    readBalance: async () => chain.publicClient.getBalance({ address: node.sender.address }),
    readPaid: async (signal) => readClaimed(chain, { distributor, task, member: self, signal }),
    isFinal: finalClaims(chain, { ledger, task }),
  }
}

/** Gauges are floating-point numbers: precise enough to be drawn and compared. */
function tokens(amount: bigint, unit: TokenUnit): number {
  return Number(formatAmount(amount, unit))
}
