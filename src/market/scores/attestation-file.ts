import { z } from 'zod'
import { QuorateError } from '../../core/index.ts'
import { isScoreSigned } from '../../protocol/index.ts'
import type { ContractDomain, SignedAttestation } from '../../protocol/index.ts'
import { addressText, hashText, numberText, signatureText } from '../json-words.ts'

/** An attestation of a score as JSON: what `quorate oracle attest` writes, and `quorate oracle submit` reads. Numbers are text, as JSON has none of 128 bits. */
export const attestationFileSchema = z.strictObject({
  /** Where the signature is valid. */
  chainId: z.int().positive(),
  oracle: addressText,
  attestation: z.strictObject({
    feed: hashText,
    model: hashText,
    subject: hashText,
    nonce: numberText(64n),
    score: numberText(128n),
    time: numberText(64n),
  }),
  signer: addressText,
  signature: signatureText,
})

export interface AttestationFile extends SignedAttestation {
  domain: ContractDomain
}

/** @throws QuorateError CONFIG_INVALID for anything that is no attestation, and for one that its signer did not sign */
export async function parseAttestation(text: string): Promise<AttestationFile> {
  const parsed = attestationFileSchema.safeParse(jsonOf(text))
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const place = issue!.path.join('.') || 'its top'
    throw new QuorateError('CONFIG_INVALID', `the attestation is malformed at ${place}: ${issue!.message}`)
  }
  const { chainId, oracle, ...signed } = parsed.data
  const domain = { chainId, contract: oracle }
  if (!(await isScoreSigned(domain, signed)))
    throw new QuorateError('CONFIG_INVALID', `${signed.signer} did not sign the attestation`)
  return { domain, ...signed }
}

/** The inverse of `parseAttestation`. */
export function attestationText({ domain, attestation, signer, signature }: AttestationFile): string {
  const { nonce, score, time } = attestation
  const numbers = { nonce: String(nonce), score: String(score), time: String(time) }
  const { chainId, contract: oracle } = domain
  return JSON.stringify({ chainId, oracle, attestation: { ...attestation, ...numbers }, signer, signature })
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new QuorateError('CONFIG_INVALID', 'the attestation is not JSON', { cause })
  }
}
