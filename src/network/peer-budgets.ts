import { RateLimiter } from '../core/rate-limiter.ts'
import { networkLimits } from './limits.ts'
import type { PeerKey } from './peer-key.ts'

/** What a peer can make this node do. */
export type BudgetKind = keyof typeof networkLimits.budgets

/** Twice the peers that may be connected: a peer that reconnects does not start anew. */
const KEYS = 2 * networkLimits.connections.max

/** How much of each kind every peer may still do. */
export class PeerBudgets {
  readonly #limiters: Readonly<Record<BudgetKind, RateLimiter>>

  /** @param now milliseconds of a clock that never goes back */
  constructor(now?: () => number) {
    const entries = Object.entries(networkLimits.budgets).map(([kind, budget]) => [
      kind,
      new RateLimiter({ ...budget, keys: KEYS, now }),
    ])
    this.#limiters = Object.fromEntries(entries) as Record<BudgetKind, RateLimiter>
  }

  /** Takes so much from the peer's budget; false if it has not so much. */
  spend(peer: PeerKey, kind: BudgetKind, count = 1): boolean {
    return this.#limiters[kind].take(peer, count)
  }
}
