import { canonicalJson } from './canonical-json.ts'
import { toHex } from './bytes.ts'
import { keccak } from './hash.ts'
import type { Hash } from './types.ts'

/** File name → keccak256 of its bytes, or for an update its root, docs/protocol.md §11. */
export type Manifest = Record<string, Hash>

export function updateFileName(root: Hash): string {
  return `${root}.q8`
}

/** The bytes of `manifest.json`; their keccak256 is the claim's `evidence`. */
export function encodeManifest(files: Manifest): string {
  return canonicalJson({ files })
}

export function evidenceHash(files: Manifest): Hash {
  return toHex(keccak(new TextEncoder().encode(encodeManifest(files))))
}

export function fileHash(bytes: Uint8Array): Hash {
  return toHex(keccak(bytes))
}
