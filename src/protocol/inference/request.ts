import { signingFor, signTyped, typedDigest, verifyTyped } from '../statements/index.ts'
import type { ContractDomain, DigestSigner, TypedData } from '../statements/index.ts'
import type { Address, Hash, Hex } from '../types.ts'

/** What the holder of a licence signs for one call: only the holder can use it up. */
export interface InferenceRequest {
  /** Claim hash of the model. */
  model: Hash
  /** keccak256 of the bytes of the question. */
  input: Hash
  /** Number of the grant. */
  grant: Hash
  /** Unix second. */
  time: bigint
  server: Address
}

const REQUEST = {
  name: 'InferenceRequest',
  fields: { model: 'bytes32', input: 'bytes32', grant: 'bytes32', time: 'uint64', server: 'address' },
} as const satisfies TypedData

/** Names a call: a server answers it once. */
export function requestDigest(domain: ContractDomain, request: InferenceRequest): Hash {
  return typedDigest(signingFor(domain), REQUEST, request)
}

/** @example const signature = await signRequest({ chainId, contract: log }, request, account) */
export async function signRequest(domain: ContractDomain, request: InferenceRequest, account: DigestSigner): Promise<Hex> {
  return signTyped(signingFor(domain), REQUEST, request, account)
}

/** Whether the holder signed the call. Never throws. */
export async function isRequestSigned(
  domain: ContractDomain,
  request: InferenceRequest,
  signature: Hex,
  holder: Address,
): Promise<boolean> {
  return verifyTyped(signingFor(domain), REQUEST, request, signature, holder)
}
