import type { SignedStatement } from '../../judge/index.ts'
import { commitmentsHash, lowerHex, sameAddress, verifyStatement } from '../../protocol/index.ts'
import type { Address, Message, RoundState, SigningDomain } from '../../protocol/index.ts'
import type { Journal } from '../../storage/index.ts'

/** Two statements of which an honest node signs one. */
export interface Conflict {
  kind: 'commitment' | 'attestation' | 'seal'
  round: bigint
  /** Owner address. */
  signer: Address
  first: SignedStatement
  second: SignedStatement
}

export interface ConflictsOptions {
  domain: SigningDomain
  task: bigint
  journal: Pick<Journal, 'get' | 'set' | 'entries' | 'delete'>
  /** Key of a signer at the snapshot of a round. */
  keyOf: (state: RoundState, kind: Conflict['kind'], signer: Address) => Address | undefined
}

const PREFIX = 'conflict/'
const KEEP_ROUNDS = 64n

/** Keeps both of two contradictory statements, which gossip ignores because the peer that relays the second is not at fault. Durable. */
export class Conflicts {
  readonly #options: ConflictsOptions

  constructor(options: ConflictsOptions) {
    this.#options = options
  }

  /** Compares a statement with what the round already has from its author. @returns the conflict, if this is the first of its kind seen */
  async note(state: RoundState, message: Message): Promise<Conflict | undefined> {
    const { domain, task, journal, keyOf } = this.#options
    const found = conflictOf(state, message)
    if (!found || message.task !== task) return undefined
    const key = `${prefixOf(found.round)}${found.kind}/${lowerHex(found.signer)}`
    if (journal.get(key) !== undefined) return undefined
    const signer = keyOf(state, found.kind, found.signer)
    if (!signer || !(await isSigned(domain, task, found, found.second, signer))) return undefined
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

/** The statement in `state` that `message` contradicts. Pure; signatures are not looked at. */
export function conflictOf(state: RoundState, message: Message): Conflict | undefined {
  const { round } = message
  switch (message.kind) {
    case 'commitment': {
      const known = state.commitments.get(lowerHex(message.member))
      // One forced on chain was not signed.
      if (!known || known.signature === '0x' || known.commitment === message.commitment) return undefined
      return {
        kind: message.kind,
        round,
        signer: message.member,
        first: { root: known.commitment, value: 0n, signature: known.signature },
        second: { root: message.commitment, value: 0n, signature: message.signature },
      }
    }
    case 'attestation': {
      const known = state.attestations.get(lowerHex(message.member))
      if (!known || message.commitments !== state.seal?.commitments || known.held === message.held) return undefined
      return {
        kind: message.kind,
        round,
        signer: message.member,
        first: { root: message.commitments, value: known.held, signature: known.signature },
        second: { root: message.commitments, value: message.held, signature: message.signature },
      }
    }
    case 'seal': {
      const { seal } = state
      const root = commitmentsHash(message.rows)
      if (!seal || !sameAddress(seal.operator, message.operator) || seal.commitments === root) return undefined
      return {
        kind: message.kind,
        round,
        signer: message.operator,
        first: { root: seal.commitments, value: BigInt(seal.rows.length), signature: seal.signature },
        second: { root, value: BigInt(message.rows.length), signature: message.signature },
      }
    }
    default:
      return undefined
  }
}

async function isSigned(
  domain: SigningDomain,
  task: bigint,
  { kind, round, signer }: Conflict,
  { root, value, signature }: SignedStatement,
  key: Address,
): Promise<boolean> {
  switch (kind) {
    case 'commitment':
      return verifyStatement(domain, 'Commitment', { task, round, member: signer, commitment: root }, signature, key)
    case 'attestation':
      return verifyStatement(
        domain,
        'Attestation',
        { task, round, member: signer, commitments: root, held: value },
        signature,
        key,
      )
    case 'seal':
      return verifyStatement(domain, 'Seal', { task, round, commitments: root, count: Number(value) }, signature, key)
  }
}

function prefixOf(round: bigint): string {
  return `${PREFIX}${round.toString().padStart(20, '0')}/`
}
