import type { Hash } from '../protocol/types.ts'

/** SHA-256 of a certificate (DER), as session statements name it. */
export function certificateHash({ fingerprint256 }: { fingerprint256: string }): Hash {
  return `0x${fingerprint256.replaceAll(':', '').toLowerCase()}`
}
