import { z } from 'zod'
import { QuorateError } from '../../core/index.ts'
import { isScoreSigned } from '../../protocol/index.ts'
import type { Address, ContractDomain, Hash, Hex, SignedAttestation } from '../../protocol/index.ts'

const hash = z
  .string()
  .regex(/^0x[0-9a-f]{64}$/, 'expected 32 bytes as lower-case hex')
  .transform((text) => text as Hash)
const address = z
  .string()
  .regex(/^0x[0-9a-fA-F]{40}$/, 'expected an address')
  .transform((text) => text.toLowerCase() as Address)
const numberOf = (bits: bigint) =>
  z
    .string()
    .regex(/^\d{1,39}$/, 'expected a whole number')
    .transform((text) => BigInt(text))
    .refine((value) => value < 1n << bits, `expected a number of ${bits} bits`)

/** An attestation of a score as JSON: what `quorate oracle attest` writes, and `quorate oracle submit` reads. Numbers are text, as JSON has none of 128 bits. */
export const attestationFileSchema = z.strictObject({
  /** Where the signature is valid. */
  chainId: z.int().positive(),
  oracle: address,
  attestation: z.strictObject({
    feed: hash,
    model: hash,
    subject: hash,
    nonce: numberOf(64n),
    score: numberOf(128n),
    time: numberOf(64n),
  }),
  signer: address,
  signature: z
    .string()
    .regex(/^0x[0-9a-f]{130}$/, 'expected 65 bytes as lower-case hex')
    .transform((text) => text as Hex),
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
