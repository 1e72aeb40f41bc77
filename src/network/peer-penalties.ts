import type { Metrics } from '../core/metrics.ts'
import { networkLimits } from './limits.ts'
import type { PeerKey } from './peer-key.ts'

export type PenaltyReason = keyof typeof networkLimits.penalties.reasons

/** Fewer points than these are none. */
const FORGOTTEN = 0.01

interface Entry {
  points: number
  at: number
  /** End of its ban, ms; 0 without one. */
  banned: number
}

/**
 * Points per peer for what gossipsub cannot see (bad bytes on a stream, floods). They decay by halves; gossipsub takes them as its
 * application score. A peer that reaches `ban` is banned for a half-life.
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
    const { ban, halfLifeMs, reasons } = networkLimits.penalties
    const points = this.points(peer) + reasons[reason]
    const at = this.#now()
    const banned = points >= ban ? at + halfLifeMs : (this.#entries.get(peer)?.banned ?? 0)
    this.#entries.set(peer, { points, at, banned })
    return this.banned(peer)
  }

  points(peer: PeerKey): number {
    const entry = this.#entries.get(peer)
    if (!entry) return 0
    const points = entry.points * 2 ** (-(this.#now() - entry.at) / networkLimits.penalties.halfLifeMs)
    if (points >= FORGOTTEN) return points
    this.#entries.delete(peer)
    return 0
  }

  banned(peer: PeerKey): boolean {
    return (this.#entries.get(peer)?.banned ?? 0) > this.#now()
  }
}
