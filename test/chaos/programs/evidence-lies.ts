import { claimFault } from '../../../cli/demo/claim-faults.ts'
import type { ClaimFault } from '../../../cli/demo/claim-fault.ts'
import { fileHash } from '../../../src/protocol/index.ts'

const HASH = `0x${'ab'.repeat(32)}`

/** What an operator may serve as the manifest of a false claim: each fails in another way where a node reads it. */
const MANIFESTS = {
  'manifest-empty': '{}',
  'manifest-text': 'no manifest',
  'manifest-null': 'null',
  'manifest-list': '[]',
  'manifest-deep': `${'['.repeat(50_000)}${']'.repeat(50_000)}`,
  'manifest-outside': JSON.stringify({ '../../../../outside.json': HASH, 'record.json': HASH }),
  'manifest-numbers': JSON.stringify({ 'record.json': 7, 'spec.json': null }),
  'manifest-many': JSON.stringify(Object.fromEntries(Array.from({ length: 20_000 }, (_, n) => [`file-${n}.json`, HASH]))),
  'manifest-nowhere': JSON.stringify({ 'record.json': HASH, 'spec.json': HASH, 'document.json': HASH }),
} as const

export type EvidenceLie = keyof typeof MANIFESTS
export const evidenceLies = Object.keys(MANIFESTS) as EvidenceLie[]

export function isEvidenceLie(name: string): name is EvidenceLie {
  return Object.hasOwn(MANIFESTS, name)
}

/** A false claim whose evidence is of no use, and the bytes that its operator serves. */
export function evidenceLie(name: EvidenceLie, round: bigint): { fault: ClaimFault; served: Uint8Array } {
  const served = new TextEncoder().encode(MANIFESTS[name])
  const wrong = claimFault('aggregate', round)
  return { fault: { round, withhold: true, claim: (parts) => ({ ...wrong.claim!(parts), evidence: fileHash(served) }) }, served }
}
