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
  /** Replays a claim that an earlier run of this process replayed; undefined where it cannot. */
  replay: (posted: Dispute, signal: AbortSignal) => Promise<ComputedClaim | undefined>
  /** Told of a claim that signed statements contradict, with the proof. */
  onFault: (dispute: Dispute) => void
  logger: Logger
}

const PREFIX = 'verified/'
const KEEP_ROUNDS = 64n

/**
 * Compares the members rows of replayed claims with the signed statements. A replay starts from the operator's record,
 * so it does not see a member that was left out. A node agrees to a claim only after this check, and remembers over
 * restarts which claims passed.
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
    const { journal, replay } = this.#options
    if (journal.get(PREFIX + lowerHex(posted.claimHash))) return true
    const running = this.#running.get(posted.claimHash)
    if (running) return running
    const computed = await replay(posted, signal)
    return computed ? this.check(posted, computed) : false
  }

  async #check(posted: Dispute, computed: ComputedClaim): Promise<boolean> {
    const { known, onFault, logger } = this.#options
    const { round, claimHash } = posted
    try {
      const { parts } = computed
      const proof = await membersFraud(parts, await known(posted, computed), parts)
      if (!proof) return this.#pass(round, claimHash)
      logger.warn({ round, claimHash, proof: proof.functionName }, 'signed statements contradict the rows of the claim')
      onFault({ ...posted, proof })
    } catch (error) {
      logger.warn({ round, error: String(error) }, 'could not check the rows of the claim')
    }
    return false
  }

  #pass(round: bigint, claimHash: Hash): true {
    const { journal } = this.#options
    for (const [key, old] of journal.entries<{ round: bigint }>(PREFIX)) if (old.round + KEEP_ROUNDS < round) journal.delete(key)
    journal.set(PREFIX + lowerHex(claimHash), { round })
    return true
  }
}
