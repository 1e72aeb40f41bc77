import { lowerHex } from '../bytes.ts'
import { signTyped, typedDigest, verifyTyped } from '../statements/index.ts'
import type { DigestSigner, TypedData } from '../statements/index.ts'
import type { Address, Hash, Hex } from '../types.ts'

/** Where receipts and vouchers are valid: one contract on one chain. */
export interface InferenceDomain {
  chainId: number
  /** `InferenceLog` for receipts, `InferenceChannels` for vouchers. */
  contract: Address
}

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
export function receiptDigest(domain: InferenceDomain, receipt: InferenceReceipt): Hash {
  return typedDigest(signing(domain), RECEIPT, receipt)
}

/** @example const signature = await signReceipt({ chainId, contract: log }, receipt, account) */
export async function signReceipt(domain: InferenceDomain, receipt: InferenceReceipt, account: DigestSigner): Promise<Hex> {
  return signTyped(signing(domain), RECEIPT, receipt, account)
}

/** Whether the server that the receipt names signed it. Needs no chain, and never throws. */
export async function isReceiptSigned(domain: InferenceDomain, { receipt, signature }: SignedReceipt): Promise<boolean> {
  return verifyTyped(signing(domain), RECEIPT, receipt, signature, lowerHex(receipt.server))
}

/** The domain of the protocol's statements, whose contract is named after the ledger. */
export function signing({ chainId, contract }: InferenceDomain): { chainId: number; ledger: Address } {
  return { chainId, ledger: contract }
}
