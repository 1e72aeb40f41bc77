import { readCommittee, readRound } from '../../chain/index.ts'
import type { Round, RoundCommittee } from '../../chain/index.ts'
import type { Logger } from '../../core/index.ts'
import { lowerHex, ZERO_HASH } from '../../protocol/index.ts'
import type { Address, Hash, Ledger } from '../../protocol/index.ts'
import { ClaimLeaves } from '../leaves/claim-leaves.ts'
import type { NamedClaim } from '../leaves/claim-leaves.ts'
import type { Outcome } from '../leaves/outcome-file.ts'
import type { ApiNode } from './api-node.ts'
import { ChainCache } from './chain-cache.ts'
import { EvaluationReader } from './evaluation-reader.ts'
import type { RoundEntry } from './round-entries.ts'
import { TaskBook } from './task-book.ts'
import type { TaskPicture } from './task-book.ts'

/** A round whose claim stands. */
export type ClaimEntry = TaskPicture['claims'][number]

/** What every page about a task is made from: the node's memory, its files, and reads of the chain that are remembered. */
export class TaskReader implements AsyncDisposable {
  readonly node: ApiNode
  readonly cache: ChainCache
  readonly leaves: ClaimLeaves
  readonly evaluations: EvaluationReader
  readonly #book: TaskBook

  constructor(node: ApiNode, logger: Pick<Logger, 'warn' | 'debug'>) {
    this.node = node
    this.cache = new ChainCache(() => node.clock.latest.number)
    this.leaves = new ClaimLeaves({ node, logger })
    this.evaluations = new EvaluationReader(node)
    this.#book = new TaskBook(node)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.leaves[Symbol.asyncDispose]()
  }

  /** The task by the events of the chain. */
  async picture(): Promise<TaskPicture> {
    return this.#book.picture()
  }

  /** Keeps what a claim came to that this node has just computed. */
  async computed(claimHash: Hash): Promise<void> {
    const head = this.node.ports.stores.states.head(claimHash)
    if (head) await this.leaves.keep(head)
  }

  /** What the ledger says of a round now. */
  async onChain(round: bigint): Promise<Round> {
    const { chain, contracts, task } = this.node.about
    return this.cache.perBlock(
      `round ${round}`,
      async () => readRound(chain, { ledger: contracts.ledger, task, round }),
      ({ status }) => status === 'final' || status === 'void' || status === 'pruned',
    )
  }

  /** Number of the newest round whose claim nothing can change; 0 for none. What it builds on is final, too. */
  async newestFinal({ claims }: TaskPicture): Promise<bigint> {
    return this.cache.perBlock('newest final', async () => {
      for (const { round, finalized } of claims.toReversed()) {
        if (finalized) return round
        const { status } = await this.onChain(round)
        if (status === 'final' || status === 'pruned') return round
      }
      return 0n
    })
  }

  /** The members of a round, with what each counts; none while they are not drawn. */
  async members({ round, openedAt, seed = ZERO_HASH, snapshot = openedAt - 1 }: RoundEntry): Promise<RoundCommittee> {
    const { chain, contracts, task, spec } = this.node.about
    return this.cache.once(`members ${round} ${snapshot} ${seed}`, async () =>
      readCommittee(chain, { vault: contracts.vault, task, round, committee: spec.committee, snapshot, seed }),
    )
  }

  /** What a claim came to, where this node keeps it. */
  async outcome(entry: ClaimEntry): Promise<Outcome | undefined> {
    return this.leaves.outcome(claimOf(entry))
  }

  /** The ledger after a claim, where this node keeps it. */
  async ledgerAfter(entry: ClaimEntry): Promise<Ledger | undefined> {
    return this.node.ports.stores.states.head(entry.posted.claimHash)?.ledger ?? (await this.outcome(entry))?.ledger
  }

  /** The ledger that a claim builds on; empty before the first claim. */
  async ledgerBefore(entry: ClaimEntry, picture: TaskPicture): Promise<Ledger | undefined> {
    const parent = parentOf(entry, picture)
    if (parent) return this.ledgerAfter(parent)
    return isFirst(entry, picture) ? new Map() : undefined
  }

  /** Stake of the members of a round, by lower-case owner. */
  async stakes(entry: RoundEntry): Promise<ReadonlyMap<Address, bigint>> {
    return new Map((await this.members(entry)).members.map(({ member, stake }) => [lowerHex(member), stake]))
  }
}

/** The claim of an entry under its names elsewhere. */
export function claimOf({ round, posted: { claimHash, claim } }: ClaimEntry): NamedClaim {
  return { round, claimHash, claim }
}

/** The claim that a claim builds on; undefined for the first, and for one whose parent is forgotten. */
export function parentOf({ posted }: ClaimEntry, { claims }: TaskPicture): ClaimEntry | undefined {
  return claims.find(({ posted: { claimHash } }) => claimHash === lowerHex(posted.claim.parent))
}

/** Whether the claim builds on genesis. */
export function isFirst(entry: ClaimEntry, { claims, earlierClaims }: TaskPicture): boolean {
  return earlierClaims === 0 && claims[0]?.round === entry.round
}

/** Number of claims from genesis to this one. */
export function heightOf({ round }: ClaimEntry, { claims, earlierClaims }: TaskPicture): number {
  return earlierClaims + claims.findIndex((one) => one.round === round) + 1
}
