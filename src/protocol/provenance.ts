import { QuorateError } from '../core/index.ts'
import { fromHex, toHex } from './bytes.ts'
import { keccak } from './hash.ts'
import { depthFor, merkleRoot } from './merkle.ts'
import type { Hash } from './types.ts'

/**
 * Root of the fingerprints of data sets, docs/protocol.md §12: a tree of depth `depthFor(count)` over the hashes of the fingerprints in
 * ascending order, so it depends on the set alone.
 *
 * @param fingerprints 32 bytes each, for example keccak256 of a data set's bytes; at least one
 * @throws QuorateError SPEC_INVALID when there is none, or one twice
 */
export function fingerprintsRoot(fingerprints: readonly Hash[]): Hash {
  const sorted = fingerprints.map((fingerprint) => fingerprint.toLowerCase() as Hash).sort()
  if (sorted.length === 0 || new Set(sorted).size !== sorted.length) {
    throw new QuorateError('SPEC_INVALID', 'pass at least one fingerprint of a data set, and each only once')
  }
  const leaves = sorted.map((fingerprint) => keccak(fromHex(fingerprint)))
  return toHex(merkleRoot(leaves, depthFor(leaves.length)))
}

/**
 * A commit hash as a 32-byte word: 40 hexadecimal digits (SHA-1) are left-aligned, 64 (SHA-256) fill it.
 *
 * @throws QuorateError SPEC_INVALID for anything else
 */
export function commitWord(commit: string): Hash {
  const digits = commit.replace(/^0x/, '').toLowerCase()
  if (!/^([0-9a-f]{40}|[0-9a-f]{64})$/.test(digits)) {
    throw new QuorateError('SPEC_INVALID', `a commit hash has 40 or 64 hexadecimal digits, not ${JSON.stringify(commit)}`)
  }
  return `0x${digits.padEnd(64, '0')}`
}
