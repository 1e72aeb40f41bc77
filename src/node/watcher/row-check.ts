import type { Logger } from '../../core/index.ts'
import { membersFraud } from '../../judge/index.ts'
import type { KnownRound } from '../../judge/index.ts'
import { lowerHex } from '../../protocol/index.ts'
import type { Hash } from '../../protocol/index.ts'
import type { ComputedClaim } from '../../replay/index.ts'
import type { Journal } from '../../storage/index.ts'
import type { Dispute } from './dispute.ts'

export interface RowCheckOptions {
  journal: Pick<Journal, 'get' | 'set' | 'delete' | 'entries'>
  /** What the node knows of the round of a claim. */
  known: (posted: Dispute, computed: ComputedClaim) => Promise<KnownRound>
  /** Number of receipts that the node knows of a round: a new one may contradict a claim that had passed. */
  receipts: (round: bigint) => number
  /** Replays a claim that an earlier run of this process replayed; undefined where it cannot. */
  replay: (posted: Dispute, signal: AbortSignal) => Promise<ComputedClaim | undefined>
  /** Told of a claim that signed statements contradict, with the proof. */
  onFault: (dispute: Dispute) => void
  logger: Logger
}

const PREFIX = 'verified/'
const KEEP_ROUNDS = 64n

/** A claim that passed, and how many receipts of its round the node knew then. */
interface Passed {
  round: bigint
  receipts: number
}

/**
 * Compares the members rows of replayed claims with the signed statements. A replay starts from the operator's record,
 * so it does not see a member that was left out. A node agrees to a claim only after this check, and remembers over
 * restarts which claims passed. A claim is checked again when the node knows more receipts than then.
 */
export class RowCheck {
  readonly #options: RowCheckOptions
  readonly #running = new Map<Hash, Promise<boolean>>()

  constructor(options: RowCheckOptions) {
    this.#options = options
  }

  /** Checks a claim that matched its replay. @returns whether nothing contradicts its rows; false also when the check failed and has to be repeated */
  async check(posted: Dispute, computed: ComputedClaim): Promise<boolean> {
    const { claimHash } = posted
    const running = this.#running.get(claimHash) ?? this.#check(posted, computed).finally(() => this.#running.delete(claimHash))
    this.#running.set(claimHash, running)
    return running
  }

  /** Whether a claim has passed; one that an earlier run replayed and did not check is replayed again. */
  async passed(posted: Dispute, signal: AbortSignal): Promise<boolean> {
    const running = this.#running.get(posted.claimHash)
    if (running && !(await running)) return false
    if (this.#hasPassed(posted)) return true
    const computed = await this.#options.replay(posted, signal)
    return computed !== undefined && (await this.check(posted, computed)) && this.#hasPassed(posted)
  }

  #hasPassed({ round, claimHash }: Dispute): boolean {
    const { journal, receipts } = this.#options
    const passed = journal.get<Passed>(PREFIX + lowerHex(claimHash))
    return passed !== undefined && passed.receipts >= receipts(round)
  }

  async #check(posted: Dispute, computed: ComputedClaim): Promise<boolean> {
    const { known, receipts, onFault, logger } = this.#options
    const { round, claimHash } = posted
    const seen = receipts(round)
    try {
      const { parts } = computed
      const proof = await membersFraud(parts, await known(posted, computed), parts)
      if (!proof) return this.#pass(claimHash, { round, receipts: seen })
      logger.warn({ round, claimHash, proof: proof.functionName }, 'signed statements contradict the rows of the claim')
      onFault({ ...posted, proof })
    } catch (error) {
      logger.warn({ round, error: String(error) }, 'could not check the rows of the claim')
    }
    return false
  }

  #pass(claimHash: Hash, passed: Passed): true {
    const { journal } = this.#options
    for (const [key, { round }] of journal.entries<Passed>(PREFIX)) if (round + KEEP_ROUNDS < passed.round) journal.delete(key)
    journal.set(PREFIX + lowerHex(claimHash), passed)
    return true
  }
}
