import { concat, equalBytes } from './bytes.ts'
import { keccak, keccakEach, unpackHashes } from './hash.ts'

/** `ceil(log2(max(count, 1)))`: the depth of the smallest tree with room for `count` leaves. */
export function depthFor(count: number): number {
  return count <= 1 ? 0 : 32 - Math.clz32(count - 1)
}

const zeros: Uint8Array[] = [new Uint8Array(32)]

/** Root of the tree of depth `level` whose leaves are all missing (docs/protocol.md §2). */
export function zeroHash(level: number): Uint8Array {
  while (zeros.length <= level) {
    const below = zeros.at(-1)!
    zeros.push(node(below, below))
  }
  return zeros[level]!
}

const pair = new Uint8Array(64)

/** `H(left ‖ right)`. */
export function node(left: Uint8Array, right: Uint8Array): Uint8Array {
  pair.set(left, 0)
  pair.set(right, 32)
  return keccak(pair)
}

/**
 * All levels of a tree, leaves first, each without its missing tail.
 *
 * @param leaves 32-byte hashes by index; at most `2^depth`
 * @param depth levels above the leaves
 * @param zeroLevel depth of the missing subtree that pads `leaves` (5 when the leaves are segment roots)
 */
export function merkleLevels(leaves: readonly Uint8Array[], depth: number, zeroLevel = 0): Uint8Array[][] {
  return [[...leaves], ...levelsAbove(concat(leaves), depth, zeroLevel).map(unpackHashes)]
}

/**
 * Root of an index-directed tree with zero-hash padding.
 *
 * @example merkleRoot([keccak(a), keccak(b), keccak(c)], 2)
 */
export function merkleRoot(leaves: readonly Uint8Array[], depth: number, zeroLevel = 0): Uint8Array {
  return packedRoot(concat(leaves), depth, zeroLevel)
}

/** `merkleRoot` of leaves that lie one after the other. */
export function packedRoot(leaves: Uint8Array, depth: number, zeroLevel = 0): Uint8Array {
  const root = levelsAbove(leaves, depth, zeroLevel).at(-1) ?? leaves
  return root.length === 32 ? root.slice() : zeroHash(zeroLevel + depth)
}

/** The levels above packed leaves, packed, each hashed in one call. */
export function levelsAbove(leaves: Uint8Array, depth: number, zeroLevel = 0): Uint8Array[] {
  if (leaves.length > 2 ** depth * 32) throw new RangeError(`${leaves.length / 32} leaves do not fit a tree of depth ${depth}`)
  const levels: Uint8Array[] = []
  let below = leaves
  for (let level = 0; level < depth; level++) {
    const whole = below.length % 64 === 0 ? below : concat([below, zeroHash(zeroLevel + level)])
    below = keccakEach(whole, 64)
    levels.push(below)
  }
  return levels
}

/** Siblings of leaf `index` from the leaf up, `depth` of them. */
export function merkleProof(levels: readonly (readonly Uint8Array[])[], index: number, zeroLevel = 0): Uint8Array[] {
  const proof: Uint8Array[] = []
  for (let level = 0; level < levels.length - 1; level++) {
    proof.push(levels[level]![(index >> level) ^ 1] ?? zeroHash(zeroLevel + level))
  }
  return proof
}

/** The root that `leaf` at `index` and its siblings lead to. */
export function rootFromProof(leaf: Uint8Array, index: number, proof: readonly Uint8Array[]): Uint8Array {
  return proof.reduce((hash, sibling, level) => ((index >> level) & 1 ? node(sibling, hash) : node(hash, sibling)), leaf)
}

/** True when `leaf` stands at `index` under `root`. The index must fit the depth: a larger one would alias a smaller. */
export function verifyProof(root: Uint8Array, leaf: Uint8Array, index: number, proof: readonly Uint8Array[]): boolean {
  return index >= 0 && index < 2 ** proof.length && equalBytes(rootFromProof(leaf, index, proof), root)
}

/** Hash of the parts, one after the other. */
export function hashOf(...parts: Uint8Array[]): Uint8Array {
  return keccak(concat(parts))
}
