import { signTyped, typedDigest, verifyTyped } from '../statements/index.ts'
import type { DigestSigner, TypedData } from '../statements/index.ts'
import type { Address, Hash, Hex } from '../types.ts'
import { signing } from './receipt.ts'
import type { InferenceDomain } from './receipt.ts'

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
export function requestDigest(domain: InferenceDomain, request: InferenceRequest): Hash {
  return typedDigest(signing(domain), REQUEST, request)
}

/** @example const signature = await signRequest({ chainId, contract: log }, request, account) */
export async function signRequest(domain: InferenceDomain, request: InferenceRequest, account: DigestSigner): Promise<Hex> {
  return signTyped(signing(domain), REQUEST, request, account)
}

/** Whether the holder signed the call. Never throws. */
export async function isRequestSigned(
  domain: InferenceDomain,
  request: InferenceRequest,
  signature: Hex,
  holder: Address,
): Promise<boolean> {
  return verifyTyped(signing(domain), REQUEST, request, signature, holder)
}
