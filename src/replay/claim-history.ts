import type { LedgerEvent, ReorgEvent } from '../chain/index.ts'
import { lowerHex } from '../protocol/index.ts'
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

/**
 * The history of one task on chain: standing claims, openings of rounds, seeds, seals, forced commitments. Built from the events
 * in chain order; rejections and reorganisations remove the undone events.
 */
export class ClaimHistory {
  #events: LedgerEvent[] = []
  #open: bigint | undefined
  readonly #claims = new Map<bigint, PostedRound>()
  readonly #opened = new Map<bigint, Opened>()
  readonly #drawn = new Map<bigint, Drawn>()
  readonly #sealed = new Map<bigint, Sealed>()
  readonly #forced = new Map<bigint, Map<string, Hash>>()

  /** Takes the next event. An event that comes twice in a row, because it could not be handled the first time, counts once. */
  apply(event: LedgerEvent | ReorgEvent): void {
    if (event === this.#events.at(-1)) return
    if (event.type === 'reorg') {
      const kept = this.#events.filter(({ blockNumber }) => blockNumber <= event.toBlock)
      for (const map of [this.#claims, this.#opened, this.#drawn, this.#sealed, this.#forced]) map.clear()
      this.#open = undefined
      this.#events = []
      for (const old of kept) this.apply(old)
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
