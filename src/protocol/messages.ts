import type { Address, Hash, Hex } from './types.ts'

interface Base {
  task: bigint
  round: bigint
}

export interface CommitmentMessage extends Base {
  kind: 'commitment'
  member: Address
  commitment: Hash
  signature: Hex
}

/** A sealed row; `signature` is `0x` when the commitment was forced on chain. */
export interface SealedCommitment {
  member: Address
  commitment: Hash
  signature: Hex
}

export interface SealMessage extends Base {
  kind: 'seal'
  rows: SealedCommitment[]
  operator: Address
  signature: Hex
}

export interface RevealMessage extends Base {
  kind: 'reveal'
  member: Address
  updateRoot: Hash
  salt: Hash
  signature: Hex
}

export interface AttestationMessage extends Base {
  kind: 'attestation'
  member: Address
  commitments: Hash
  held: bigint
  signature: Hex
}

export interface ClaimMessage extends Base {
  kind: 'claim'
  claimHash: Hash
  recordHash: Hash
  /** keccak256 of the claim's opening; zero when the operator opens nothing. */
  openingHash: Hash
  operator: Address
  signature: Hex
}

export interface AgreementMessage extends Base {
  kind: 'agreement'
  member: Address
  claimHash: Hash
  signature: Hex
}

/** Everything that travels by gossip, with parsed fields. `wire.ts` converts from and to the bytes. */
export type Message = CommitmentMessage | SealMessage | RevealMessage | AttestationMessage | ClaimMessage | AgreementMessage

export type MessageKind = Message['kind']

/** The address a message speaks for: a member, or the operator for seal and claim. */
export function authorOf(message: Message): Address {
  return message.kind === 'seal' || message.kind === 'claim' ? message.operator : message.member
}
