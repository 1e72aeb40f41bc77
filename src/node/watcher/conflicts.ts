import { conflictOf, isSignedBy, lowerHex, STATEMENTS } from '../../protocol/index.ts'
import type {
  Address,
  Conflict,
  ConflictKind,
  Message,
  RoundState,
  SigningDomain,
  StatementDefinition,
} from '../../protocol/index.ts'
import type { Journal } from '../../storage/index.ts'

export interface ConflictsOptions {
  domain: SigningDomain
  task: bigint
  journal: Pick<Journal, 'get' | 'set' | 'entries' | 'delete'>
  /** Key of a signer at the snapshot of a round. */
  keyOf: (state: RoundState, kind: ConflictKind, signer: Address) => Address | undefined
}

const PREFIX = 'conflict/'
const KEEP_ROUNDS = 64n

/** Keeps both of two contradictory statements, which gossip ignores because the peer that relays the second is not at fault. Durable. */
export class Conflicts {
  readonly #options: ConflictsOptions

  constructor(options: ConflictsOptions) {
    this.#options = options
  }

  /**
   * Compares a statement with the author's earlier statements in the round. @returns the conflict, if this is the first
   * of its kind seen
   */
  async note(state: RoundState, message: Message): Promise<Conflict | undefined> {
    const { domain, task, journal, keyOf } = this.#options
    const found = conflictOf(state, message)
    if (!found || message.task !== task) return undefined
    const key = `${prefixOf(found.round)}${found.kind}/${lowerHex(found.signer)}`
    if (journal.get(key) !== undefined) return undefined
    const signer = keyOf(state, found.kind, found.signer)
    const definition: StatementDefinition = STATEMENTS[message.kind]
    if (!signer || !(await isSignedBy(domain, definition, message, signer))) return undefined
    journal.set(key, found)
    const oldest = prefixOf(found.round > KEEP_ROUNDS ? found.round - KEEP_ROUNDS : 0n)
    for (const [old] of journal.entries(PREFIX)) if (old < oldest) journal.delete(old)
    return found
  }

  /** What is known of a round. */
  of(round: bigint): Conflict[] {
    return this.#options.journal.entries<Conflict>(prefixOf(round)).map(([, conflict]) => conflict)
  }
}

function prefixOf(round: bigint): string {
  return `${PREFIX}${round.toString().padStart(20, '0')}/`
}
