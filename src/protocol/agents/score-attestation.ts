import { signingFor, signTyped, typedDigest, verifyTyped } from '../statements/index.ts'
import type { ContractDomain, DigestSigner, TypedData } from '../statements/index.ts'
import type { Address, Hash, Hex } from '../types.ts'

/** What one signer of a feed says a model answers about a subject. */
export interface ScoreAttestation {
  feed: Hash
  /** Claim hash of the model that the feed names. */
  model: Hash
  subject: Hash
  /** One more than the nonce of the score that stands; the first is 1. */
  nonce: bigint
  score: bigint
  /** Unix second. */
  time: bigint
}

export interface SignedAttestation {
  attestation: ScoreAttestation
  signer: Address
  signature: Hex
}

const ATTESTATION = {
  name: 'ScoreAttestation',
  fields: { feed: 'bytes32', model: 'bytes32', subject: 'bytes32', nonce: 'uint64', score: 'uint128', time: 'uint64' },
} as const satisfies TypedData

export function scoreDigest(domain: ContractDomain, attestation: ScoreAttestation): Hash {
  return typedDigest(signingFor(domain), ATTESTATION, attestation)
}

/** @example const signature = await signScore({ chainId, contract: oracle }, attestation, account) */
export async function signScore(domain: ContractDomain, attestation: ScoreAttestation, account: DigestSigner): Promise<Hex> {
  return signTyped(signingFor(domain), ATTESTATION, attestation, account)
}

/** Whether the signer that is named signed the score. Needs no chain, and never throws. */
export async function isScoreSigned(
  domain: ContractDomain,
  { attestation, signature, signer }: SignedAttestation,
): Promise<boolean> {
  return verifyTyped(signingFor(domain), ATTESTATION, attestation, signature, signer)
}
