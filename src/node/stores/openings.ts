import { lowerHex, RING, ZERO_HASH } from '../../protocol/index.ts'
import type { ClaimMessage, Hash } from '../../protocol/index.ts'
import type { BlobStore, Journal } from '../../storage/index.ts'

export interface OpeningsOptions {
  journal: Pick<Journal, 'get' | 'set' | 'entries' | 'delete' | 'transaction'>
  documents: Pick<BlobStore, 'put'>
  /** keccak256: openings are the longest documents there are, so the engine hashes them. */
  hash: (bytes: Uint8Array) => Promise<Hash>
}

/** Announcements kept of one claim: the hash in a notice is not signed, so a relaying peer may have changed it. */
const MAX_NOTICES = 8
/** Rounds with a claim whose openings and notices are kept: more than the ledger's ring holds, so that each can be disputed. */
const KEEP_ROUNDS = 2 * RING

const OWN = 'opening/own/'
const NOTICE = 'opening/notice/'

/**
 * Which document opens which claim: the ones this node made itself and the ones operators announced. Durable.
 *
 * @example
 * const hash = await openings.keep(round, computed.claimHash, computed.opening())
 * openings.announced(message)
 * for (const hash of openings.candidates(claimHash)) …
 */
export class Openings {
  readonly #options: OpeningsOptions

  constructor(options: OpeningsOptions) {
    this.#options = options
  }

  /** Stores the opening of a claim this node computed, where peers can fetch it. */
  async keep(round: bigint, claimHash: Hash, bytes: Uint8Array): Promise<Hash> {
    const { hash: hashOf, documents, journal } = this.#options
    const hash = await hashOf(bytes)
    await documents.put(hash, bytes, { verify: false })
    journal.transaction(() => {
      journal.set(`${OWN}${lowerHex(claimHash)}`, { hash, round })
      const known = journal.entries<{ round: bigint }>(OWN)
      const oldest = oldestOf(known.map(([, own]) => own.round))
      for (const [key, own] of known) if (own.round < oldest) journal.delete(key)
    })
    return hash
  }

  /** The opening this node made; zero for none: then a notice announces none. */
  own(claimHash: Hash): Hash {
    return this.#options.journal.get<{ hash: Hash }>(`${OWN}${lowerHex(claimHash)}`)?.hash ?? ZERO_HASH
  }

  /** The openings this node made of claims of a round. */
  made(round: bigint): Hash[] {
    const all = this.#options.journal.entries<{ hash: Hash; round: bigint }>(OWN)
    return all.flatMap(([, own]) => (own.round === round ? [own.hash] : []))
  }

  /** Remembers a validated notice. */
  announced(notice: ClaimMessage): void {
    const { journal } = this.#options
    const prefix = prefixOf(notice.round)
    journal.transaction(() => {
      const known = journal.entries<ClaimMessage>(prefix).map(([, other]) => other)
      const same = known.filter(({ claimHash }) => claimHash === notice.claimHash)
      if (known.length < 4 * MAX_NOTICES && same.length < MAX_NOTICES)
        journal.set(`${prefix}${lowerHex(notice.claimHash)}/${lowerHex(notice.openingHash)}`, notice)
      const all = journal.entries<ClaimMessage>(NOTICE)
      const oldest = oldestOf(all.map(([, other]) => other.round))
      for (const [key, other] of all) if (other.round < oldest) journal.delete(key)
    })
  }

  /** The notices of a round, for a peer that missed them. */
  notices(round: bigint): ClaimMessage[] {
    return this.#options.journal.entries<ClaimMessage>(prefixOf(round)).map(([, notice]) => notice)
  }

  /** Documents that may open the claim, each to be checked by `decodeOpening`. */
  candidates(round: bigint, claimHash: Hash): Hash[] {
    const announced = this.notices(round).flatMap((notice) => (notice.claimHash === claimHash ? [notice.openingHash] : []))
    return [...new Set([this.own(claimHash), ...announced])].filter((hash) => hash !== ZERO_HASH)
  }
}

/** The oldest round that is kept. Rounds are counted and not their numbers: any number of rounds may fail between two claims. */
function oldestOf(rounds: readonly bigint[]): bigint {
  const newest = [...new Set(rounds)].sort((a, b) => (a < b ? 1 : -1)).slice(0, KEEP_ROUNDS)
  return newest.at(-1) ?? 0n
}

function prefixOf(round: bigint): string {
  return `${NOTICE}${round.toString().padStart(20, '0')}/`
}
