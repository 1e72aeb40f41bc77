import { z } from 'zod'
import { QuorateError } from '../../core/index.ts'
import { isReceiptSigned, receiptDigest } from '../../protocol/index.ts'
import type { Address, ContractDomain, Hash, InferenceReceipt, SignedReceipt } from '../../protocol/index.ts'
import { addressText, hashText, numberText, signatureText } from '../json-words.ts'

/** A signed receipt as JSON: what an answer of a server carries, and what `quorate receipt verify` reads. Numbers are text, as JSON has none of 64 bits. */
export const receiptFileSchema = z.strictObject({
  /** Where the signature is valid. */
  chainId: z.int().positive(),
  log: addressText,
  receipt: z.strictObject({
    model: hashText,
    input: hashText,
    output: hashText,
    time: numberText(64n),
    expiry: numberText(64n),
    nonce: numberText(64n),
    grant: hashText,
    server: addressText,
  }),
  signature: signatureText,
})

export interface ReceiptFile extends SignedReceipt {
  domain: ContractDomain
}

/** @throws QuorateError CONFIG_INVALID for anything that is no receipt */
export function parseReceipt(text: string): ReceiptFile {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (cause) {
    throw new QuorateError('CONFIG_INVALID', 'the receipt is not JSON', { cause })
  }
  const parsed = receiptFileSchema.safeParse(json)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw new QuorateError(
      'CONFIG_INVALID',
      `the receipt is malformed at ${issue!.path.join('.') || 'its top'}: ${issue!.message}`,
    )
  }
  const { chainId, log, receipt, signature } = parsed.data
  return { domain: { chainId, contract: log }, receipt, signature }
}

/** The inverse of `parseReceipt`. */
export function receiptText({ domain, receipt, signature }: ReceiptFile): string {
  const { time, expiry, nonce } = receipt
  const { chainId, contract: log } = domain
  const numbers = { time: String(time), expiry: String(expiry), nonce: String(nonce) }
  return JSON.stringify({ chainId, log, receipt: { ...receipt, ...numbers }, signature })
}

/** What the reader of a receipt expects of it; what is left out is not compared. */
export interface Expectations {
  model?: Hash | undefined
  server?: Address | undefined
  log?: Address | undefined
  chainId?: number | undefined
  /** keccak256 of the bytes that were sent, and of those that came back. */
  input?: Hash | undefined
  output?: Hash | undefined
}

/**
 * Checks a receipt without any chain.
 *
 * @returns the digest, which is the leaf of the receipt in its batch
 * @throws QuorateError RECEIPT_FALSE for a wrong signature, and for a receipt of something else
 * @example await verifyReceipt(parseReceipt(text), { server, input: toHex(keccak(sent)), output: toHex(keccak(received)) })
 */
export async function verifyReceipt({ domain, receipt, signature }: ReceiptFile, expected: Expectations = {}): Promise<Hash> {
  if (!(await isReceiptSigned(domain, { receipt, signature }))) throw falseReceipt(`${receipt.server} did not sign it`, receipt)
  const found: Required<{ [Key in keyof Expectations]: string | number }> = {
    ...receipt,
    log: domain.contract,
    chainId: domain.chainId,
  }
  for (const [name, value] of Object.entries(expected) as [keyof Expectations, string | number | undefined][]) {
    if (value !== undefined && String(value).toLowerCase() !== String(found[name]).toLowerCase())
      throw falseReceipt(`its ${name} is ${found[name]} and not ${value}`, receipt)
  }
  return receiptDigest(domain, receipt)
}

function falseReceipt(what: string, { server, nonce }: InferenceReceipt): QuorateError {
  return new QuorateError('RECEIPT_FALSE', `the receipt does not hold: ${what}`, { details: { server, nonce: nonce.toString() } })
}
