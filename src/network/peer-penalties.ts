import type { Metrics } from '../core/metrics.ts'
import { networkLimits } from './limits.ts'
import type { PeerKey } from './peer-key.ts'

export type PenaltyReason = keyof typeof networkLimits.penalties.reasons

interface Entry {
  points: number
  at: number
}

/**
 * Points per peer for what gossipsub cannot see (bad bytes on a stream). They decay by halves; gossipsub takes them as its
 * application score.
 */
export class PeerPenalties {
  readonly #entries = new Map<PeerKey, Entry>()
  readonly #metrics: Metrics
  readonly #now: () => number

  /** @param now milliseconds of a clock that never goes back */
  constructor(metrics: Metrics, now: () => number = () => performance.now()) {
    this.#metrics = metrics
    this.#now = now
  }

  /** Adds the points of `reason` and says whether the peer is banned by now. */
  add(peer: PeerKey, reason: PenaltyReason): boolean {
    this.#metrics.count('network_penalties_total', { reason })
    this.#entries.set(peer, { points: this.points(peer) + networkLimits.penalties.reasons[reason], at: this.#now() })
    return this.banned(peer)
  }

  points(peer: PeerKey): number {
    const entry = this.#entries.get(peer)
    if (!entry) return 0
    const points = entry.points * 2 ** (-(this.#now() - entry.at) / networkLimits.penalties.halfLifeMs)
    if (points >= 1) return points
    this.#entries.delete(peer)
    return 0
  }

  banned(peer: PeerKey): boolean {
    return this.points(peer) >= networkLimits.penalties.ban
  }
}
