import {
  concat,
  depthFor,
  equalBytes,
  fromHex,
  keccak,
  levelsAbove,
  packedRoot,
  rootFromProof,
  toHex,
  unpackHashes,
  word,
  zeroHash,
} from '../protocol/index.ts'
import type { Hash } from '../protocol/index.ts'
import type { Dataset } from './dataset.ts'

/** What a member may publish about its data. */
export interface Fingerprint {
  root: Hash
  schemaHash: Hash
  records: number
}

/** Shows that one record is under a root. It opens the salt of this record and of no other. */
export interface InclusionProof {
  index: number
  /** keccak256 of the canonical bytes of the record. */
  record: Hash
  schemaHash: Hash
  /** Salt of this record. */
  salt: Hash
  siblings: Hash[]
}

type Fingerprinted = Pick<Dataset, 'recordHashes' | 'schemaHash'>

/**
 * Salted Merkle root over the records (docs/data.md, Fingerprints). Leaf i is keccak(saltᵢ ‖ schema hash ‖ record hash), with saltᵢ = keccak(salt ‖ i). With one salt for all
 * leaves, a proof for one record would give away the salt, and with it every record that can be guessed.
 *
 * @param salt 32 random bytes, which the member keeps secret and needs for each proof
 */
export function fingerprint(data: Fingerprinted, salt: Uint8Array): Fingerprint {
  const records = data.recordHashes.length / 32
  return { root: toHex(packedRoot(leavesOf(data, salt), depthFor(records))), schemaHash: data.schemaHash, records }
}

/** @throws RangeError outside the records */
export function proveInclusion(data: Fingerprinted, salt: Uint8Array, index: number): InclusionProof {
  const records = data.recordHashes.length / 32
  if (!Number.isInteger(index) || index < 0 || index >= records)
    throw new RangeError(`record ${index} is outside 0…${records - 1}`)
  const leaves = leavesOf(data, salt)
  const levels = [leaves, ...levelsAbove(leaves, depthFor(records))].map(unpackHashes)
  const siblings = levels.slice(0, -1).map((level, depth) => level[(index >>> depth) ^ 1] ?? zeroHash(depth))
  return {
    index,
    record: toHex(data.recordHashes.subarray(index * 32, index * 32 + 32)),
    schemaHash: data.schemaHash,
    salt: toHex(saltOf(salt, index)),
    siblings: siblings.map((hash) => toHex(hash)),
  }
}

/** Whether the record of the proof is under the root. */
export function verifyInclusion(root: Hash, { index, record, schemaHash, salt, siblings }: InclusionProof): boolean {
  if (!Number.isInteger(index) || index < 0 || index >= 2 ** siblings.length) return false
  const leaf = keccak(concat([fromHex(salt), fromHex(schemaHash), fromHex(record)]))
  return equalBytes(rootFromProof(leaf, index, siblings.map(fromHex)), fromHex(root))
}

function leavesOf({ recordHashes, schemaHash }: Fingerprinted, salt: Uint8Array): Uint8Array {
  if (salt.length !== 32) throw new RangeError(`the salt has ${salt.length} bytes instead of 32`)
  const schema = fromHex(schemaHash)
  const leaves = new Uint8Array(recordHashes.length)
  for (let index = 0; index * 32 < recordHashes.length; index++)
    leaves.set(keccak(concat([saltOf(salt, index), schema, recordHashes.subarray(index * 32, index * 32 + 32)])), index * 32)
  return leaves
}

function saltOf(salt: Uint8Array, index: number): Uint8Array {
  return keccak(concat([salt, word(BigInt(index))]))
}
