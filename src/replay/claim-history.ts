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

/**
 * The history of one task on chain: standing claims, openings of rounds, forced commitments, bonded operators. Built
 * from the events in chain order; rejections and reorganisations remove the undone events.
 */
export class ClaimHistory {
  #events: LedgerEvent[] = []
  readonly #claims = new Map<bigint, PostedRound>()
  readonly #openedAt = new Map<bigint, number>()
  readonly #forced = new Map<bigint, Map<string, Hash>>()
  readonly #keys = new Map<string, Set<string>>()
  readonly #operators = new Set<string>()

  apply(event: LedgerEvent | ReorgEvent): void {
    if (event.type === 'reorg') {
      const kept = this.#events.filter(({ blockNumber }) => blockNumber <= event.toBlock)
      for (const map of [this.#claims, this.#openedAt, this.#forced, this.#keys, this.#operators]) map.clear()
      this.#events = []
      for (const old of kept) this.apply(old)
      return
    }
    this.#events.push(event)
    switch (event.type) {
      case 'opened':
        this.#openedAt.set(event.round, event.openedAt)
        break
      case 'posted':
        this.#claims.set(event.round, event)
        break
      case 'rejected':
        for (const round of this.#claims.keys()) if (round >= event.round) this.#claims.delete(round)
        for (const round of this.#openedAt.keys()) if (round > event.round) this.#openedAt.delete(round)
        break
      case 'forced': {
        const forced = this.#forced.get(event.round) ?? new Map<string, Hash>()
        this.#forced.set(event.round, forced.set(lowerHex(event.member), event.commitment))
        break
      }
      case 'keysRegistered': {
        const owner = lowerHex(event.owner)
        const keys = this.#keys.get(owner) ?? new Set()
        // The newest last, also when an old key comes back.
        keys.delete(lowerHex(event.operatorKey))
        this.#keys.set(owner, keys.add(lowerHex(event.operatorKey)))
        break
      }
      case 'allocated':
        if (event.role === 'operator') this.#operators.add(lowerHex(event.owner))
        break
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
    return this.#openedAt.get(round)
  }

  /** Whether a round was opened. Before the start of a task there is none. */
  started(): boolean {
    return this.#openedAt.size > 0
  }

  /** The claims of a round that were rejected, in order. */
  rejected(round: bigint): Hash[] {
    return this.#events.flatMap((event) => (event.type === 'rejected' && event.round === round ? [event.claimHash] : []))
  }

  /** Commitments forced on chain, by lower-case member. */
  forced(round: bigint): ReadonlyMap<string, Hash> {
    return this.#forced.get(round) ?? new Map<string, Hash>()
  }

  /** Every key an operator ever registered, by lower-case owner. */
  operators(): ReadonlyMap<string, ReadonlySet<string>> {
    return new Map([...this.#operators].map((owner) => [owner, this.#keys.get(owner) ?? new Set<string>()]))
  }

  /** The key an operator registered last. */
  operatorKey(owner: Address): Address | undefined {
    const operates = this.#operators.has(lowerHex(owner))
    return operates ? ([...(this.#keys.get(lowerHex(owner)) ?? [])].at(-1) as Address | undefined) : undefined
  }

  /** Blocks and kinds, for reports. */
  events(): readonly LedgerEvent[] {
    return this.#events
  }
}
