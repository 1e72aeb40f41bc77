import type { LedgerEvent, ReorgEvent } from '../chain/index.ts'
import { lowerHex, RING } from '../protocol/index.ts'
import type { Address, Claim, Hash } from '../protocol/index.ts'

export interface PostedRound {
  round: bigint
  claimHash: Hash
  claim: Claim
  /** Owner address of who posted it. */
  operator: Address
  transactionHash: Hash
}

export interface Opened {
  openedAt: number
  /** Owner address. */
  operator: Address
  operatorKey: Address
}

/** What the committee of a drawn round is drawn with. */
export interface Drawn {
  seed: Hash
  /** Timepoint of the members' stake and keys, chain time. */
  snapshot: number
}

export interface Sealed {
  digest: Hash
  count: number
  /** Chain time. */
  sealedAt: number
  blockNumber: bigint
}

/** How many claims before a round are remembered: those of the ledger's ring may be rejected, and repairs read again some that are final. */
const REMEMBERED = 3 * RING
/** How many more there are before any are forgotten, because the others are sorted in again. */
const SPARE = RING / 4

/**
 * The history of one task on chain: standing claims, openings of rounds, seeds, seals, forced commitments. Built from the events
 * in chain order; rejections and reorganisations remove the undone events. A node that runs for long forgets what lies far back.
 */
export class ClaimHistory {
  #events: LedgerEvent[] = []
  #open: bigint | undefined
  #forgot = false
  #held = 0
  readonly #claims = new Map<bigint, PostedRound>()
  readonly #opened = new Map<bigint, Opened>()
  readonly #drawn = new Map<bigint, Drawn>()
  readonly #sealed = new Map<bigint, Sealed>()
  readonly #forced = new Map<bigint, Map<string, Hash>>()

  /** Takes the next event. An event that comes twice in a row, because it could not be handled the first time, counts once. */
  apply(event: LedgerEvent | ReorgEvent): void {
    if (event === this.#events.at(-1)) return
    if (event.type === 'reorg') {
      this.#replace(this.#events.filter(({ blockNumber }) => blockNumber <= event.toBlock))
      return
    }
    this.#events.push(event)
    switch (event.type) {
      case 'opened':
        this.#opened.set(event.round, event)
        this.#open = event.round
        break
      case 'drawn':
        this.#drawn.set(event.round, event)
        break
      case 'sealed':
        this.#sealed.set(event.round, event)
        break
      case 'emptied':
      case 'waiting':
        this.#open = undefined
        break
      case 'posted':
        this.#claims.set(event.round, event)
        break
      case 'rejected':
      case 'voided':
        for (const round of this.#claims.keys()) if (round >= event.round) this.#claims.delete(round)
        break
      case 'forced': {
        const forced = this.#forced.get(event.round) ?? new Map<string, Hash>()
        this.#forced.set(event.round, forced.set(lowerHex(event.member), event.commitment))
        break
      }
    }
  }

  /**
   * Forgets what happened long before the newest claim up to `round`: nothing can change it any more. The node has to have the state of that claim,
   * because it cannot replay what it forgot; see `remember`. An operator calls it for a claim that it has built and not posted yet.
   */
  forget(round: bigint): void {
    const claims = this.claims()
    const index = claims.findLastIndex((claim) => claim.round <= round)
    if (this.#held > 0 || index < REMEMBERED + SPARE) return
    const first = claims[index - REMEMBERED]!.round
    const begin = this.#events.findIndex((event) => event.type === 'opened' && event.round === first)
    if (begin <= 0) return
    this.#forgot = true
    this.#replace(this.#events.slice(begin))
  }

  /** The first event that is remembered, if any before it was forgotten. */
  begin(): LedgerEvent | undefined {
    return this.#forgot ? this.#events[0] : undefined
  }

  /** Takes the events before `begin` again. */
  remember(older: readonly LedgerEvent[]): void {
    this.#forgot = false
    this.#replace([...older, ...this.#events])
  }

  /** Forgets nothing until what it returns is disposed of. */
  hold(): Disposable {
    this.#held++
    return { [Symbol.dispose]: () => void this.#held-- }
  }

  #replace(events: readonly LedgerEvent[]): void {
    for (const map of [this.#claims, this.#opened, this.#drawn, this.#sealed, this.#forced]) map.clear()
    this.#open = undefined
    this.#events = []
    for (const event of events) this.apply(event)
  }

  /** Claims that stand, by ascending round. Void rounds have none. */
  claims(): PostedRound[] {
    return [...this.#claims.values()].sort((a, b) => (a.round < b.round ? -1 : 1))
  }

  claim(round: bigint): PostedRound | undefined {
    return this.#claims.get(round)
  }

  openedAt(round: bigint): number | undefined {
    return this.#opened.get(round)?.openedAt
  }

  /** Who had the seat of a round, with the key that took or kept it. */
  seat(round: bigint): Opened | undefined {
    return this.#opened.get(round)
  }

  /** What the committee of a drawn round is drawn with, once the seed is stored. */
  drawn(round: bigint): Drawn | undefined {
    return this.#drawn.get(round)
  }

  /** The seal of a round. */
  sealed(round: bigint): Sealed | undefined {
    return this.#sealed.get(round)
  }

  /** The number that is open, if one is. */
  open(): bigint | undefined {
    return this.#open
  }

  /** Commitments forced on chain, by lower-case member. */
  forced(round: bigint): ReadonlyMap<string, Hash> {
    return this.#forced.get(round) ?? new Map<string, Hash>()
  }

  /** Blocks and kinds, for reports. */
  events(): readonly LedgerEvent[] {
    return this.#events
  }
}
