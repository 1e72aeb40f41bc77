import { lowerHex } from '../bytes.ts'
import { signingFor, signTyped, typedDigest, verifyTyped } from '../statements/index.ts'
import type { ContractDomain, DigestSigner, TypedData } from '../statements/index.ts'
import type { Address, Hash, Hex } from '../types.ts'

/** What a server says it answered. Times are unix seconds. */
export interface InferenceReceipt {
  /** Claim hash of the model. */
  model: Hash
  /** keccak256 of the bytes of the question, and of the answer. */
  input: Hash
  output: Hash
  time: bigint
  /** From then on the receipt proves nothing. */
  expiry: bigint
  /** Counts the answers of the server. */
  nonce: bigint
  /** Number of the licence's grant, or the channel, that paid; zero for none. */
  grant: Hash
  server: Address
}

export interface SignedReceipt {
  receipt: InferenceReceipt
  signature: Hex
}

const RECEIPT = {
  name: 'InferenceReceipt',
  fields: {
    model: 'bytes32',
    input: 'bytes32',
    output: 'bytes32',
    time: 'uint64',
    expiry: 'uint64',
    nonce: 'uint64',
    grant: 'bytes32',
    server: 'address',
  },
} as const satisfies TypedData

/** What the server signs, and the leaf of the receipt in its batch. */
export function receiptDigest(domain: ContractDomain, receipt: InferenceReceipt): Hash {
  return typedDigest(signingFor(domain), RECEIPT, receipt)
}

/** @example const signature = await signReceipt({ chainId, contract: log }, receipt, account) */
export async function signReceipt(domain: ContractDomain, receipt: InferenceReceipt, account: DigestSigner): Promise<Hex> {
  return signTyped(signingFor(domain), RECEIPT, receipt, account)
}

/** Whether the server that the receipt names signed it. Needs no chain, and never throws. */
export async function isReceiptSigned(domain: ContractDomain, { receipt, signature }: SignedReceipt): Promise<boolean> {
  return verifyTyped(signingFor(domain), RECEIPT, receipt, signature, lowerHex(receipt.server))
}
