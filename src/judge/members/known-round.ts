import { commitmentOf, fileHash, fromHex, sameAddress } from '../../protocol/index.ts'
import type { Address, Hash, Hex, MemberLeaf, RecordFacts, SnapshotMember } from '../../protocol/index.ts'

/**
 * What a prover holds the members rows of a posted claim against. Plain data: a node makes it from received and fetched
 * data, a test from a generated round. Nothing in it needs to be true: the checks verify every signature that their
 * proof rests on.
 */
export interface KnownRound {
  /** What the chain says of the round. */
  facts: Pick<RecordFacts, 'domain' | 'task' | 'round' | 'members' | 'totalStake' | 'seal' | 'forced'>
  statements: RoundStatements
}

/** Signed statements of one round, from any source. A member or operator may occur more than once in each list. */
export interface RoundStatements {
  commitments: readonly { member: Address; commitment: Hash; signature: Hex }[]
  reveals: readonly KnownReveal[]
  attestations: readonly KnownAttestation[]
  /** What the key that had the seat signed for members. */
  receipts: readonly { member: Address; commitment: Hash; signature: Hex }[]
}

export interface KnownReveal {
  member: Address
  updateRoot: Hash
  salt: Hash
  signature: Hex
}

/** A signature that a row may name as its attestation; what it says, the row says. */
export interface KnownAttestation {
  member: Address
  signature: Hex
}

export const NO_STATEMENTS: RoundStatements = { commitments: [], reveals: [], attestations: [], receipts: [] }

/** Everything that two sources know. */
export function joinStatements(a: RoundStatements, b: RoundStatements): RoundStatements {
  return {
    commitments: [...a.commitments, ...b.commitments],
    reveals: [...a.reveals, ...b.reveals],
    attestations: [...a.attestations, ...b.attestations],
    receipts: [...a.receipts, ...b.receipts],
  }
}

/** The member in the snapshot of the round. */
export function memberOf({ members }: Pick<KnownRound['facts'], 'members'>, member: Address): SnapshotMember | undefined {
  return members.find((known) => sameAddress(known.member, member))
}

/** The known reveals that open the commitment of a row. */
export function revealsOf({ facts, statements }: KnownRound, { member, commitment }: MemberLeaf): KnownReveal[] {
  const { task, round } = facts
  return statements.reveals.filter(
    (reveal) =>
      sameAddress(reveal.member, member) && commitmentOf(task, round, member, reveal.updateRoot, reveal.salt) === commitment,
  )
}

const signatures = new WeakMap<RoundStatements, ReadonlyMap<Hash, Hex>>()

/** The bytes of a known signature by their hash, whatever they sign and whoever signed them: a row names a signature by its hash alone. */
export function signatureOf(statements: RoundStatements, hash: Hash): Hex | undefined {
  let known = signatures.get(statements)
  if (!known) {
    const all = [...statements.commitments, ...statements.reveals, ...statements.attestations, ...statements.receipts]
    known = new Map(all.map(({ signature }) => [fileHash(fromHex(signature)), signature]))
    signatures.set(statements, known)
  }
  return known.get(hash)
}
