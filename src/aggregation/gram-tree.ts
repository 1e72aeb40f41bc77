import { keccak, unpackHashes } from '../protocol/hash.ts'
import { hashKernel } from '../protocol/kernels/index.ts'
import { depthFor, merkleProof, merkleLevels, packedRoot, rootFromProof } from '../protocol/merkle.ts'
import { toHex, ZERO_HASH } from '../protocol/bytes.ts'
import type { Hash } from '../protocol/types.ts'
import { pairIndex } from './gram.ts'
import type { Gram } from './gram.ts'
import { putInteger } from './words.ts'

/** Node of a Merkle-sum tree over the segments of one pair. Sums are exact integers below 2^44. */
export interface SumNode {
  hash: Uint8Array
  sum: number
}

const ZERO = new Uint8Array(32)
const bytes = new Uint8Array(128)
const view = new DataView(bytes.buffer)

/** `H(leftHash ‖ i256 leftSum ‖ rightHash ‖ i256 rightSum)` (docs/protocol.md §4). */
export function sumNode(left: SumNode, right: SumNode): SumNode {
  bytes.set(left.hash, 0)
  putInteger(view, 32, left.sum)
  bytes.set(right.hash, 64)
  putInteger(view, 96, right.sum)
  return { hash: keccak(bytes), sum: left.sum + right.sum }
}

const missing: SumNode[] = [{ hash: ZERO, sum: 0 }]

/** Root of the sum tree of depth `level` whose leaves are all missing. */
function missingNode(level: number): SumNode {
  while (missing.length <= level) missing.push(sumNode(missing.at(-1)!, missing.at(-1)!))
  return missing[level]!
}

/** Sums of the nodes of pair `p` by level, segments first, each without its missing tail: `pairLevels` without the hashes. */
export function pairSums(gram: Gram, p: number): number[][] {
  const pairs = pairIndex(gram.size, 0)
  const leaves: number[] = []
  for (let at = p; at < gram.partials.length; at += pairs) leaves.push(gram.partials[at]!)
  const levels = [leaves]
  for (let level = 0; level < depthFor(gram.segments); level++) {
    const below = levels[level]!
    const above: number[] = []
    for (let i = 0; i < below.length; i += 2) above.push(below[i]! + (below[i + 1] ?? 0))
    levels.push(above)
  }
  return levels
}

/** All levels of the sum tree of pair `p`, leaves first, each without its missing tail. */
export function pairLevels(gram: Gram, p: number): SumNode[][] {
  const pairs = pairIndex(gram.size, 0)
  return sumTree(Array.from({ length: gram.segments }, (_, g) => gram.partials[g * pairs + p]!))
}

/** Nodes of the sum tree over one number a segment, by level, segments first, each without its missing tail. */
export function sumTree(sums: readonly number[]): SumNode[][] {
  const levels: SumNode[][] = [sums.map((sum) => ({ hash: ZERO, sum }))]
  for (let level = 0; level < depthFor(sums.length); level++) {
    const below = levels[level]!
    const above: SumNode[] = []
    for (let i = 0; i < below.length; i += 2) above.push(sumNode(below[i]!, below[i + 1] ?? missingNode(level)))
    levels.push(above)
  }
  return levels
}

/**
 * What `reasonArg` of a row with the wrong norm commits to: a node whose left side is the row's own sum tree and whose right side is
 * empty. It holds the total, like the leaf of a pair.
 *
 * @param levels of `sumTree`
 */
export function ownSumsHash(levels: readonly SumNode[][]): Hash {
  return toHex(sumNode(levels.at(-1)![0]!, missing[0]!).hash)
}

/** `H(pairHash ‖ i256 G_ij ‖ i256 p)`: the leaf of pair p in the plain tree under `gramRoot`. */
export function pairLeaf(root: SumNode, p: number): Uint8Array {
  bytes.set(root.hash, 0)
  putInteger(view, 32, root.sum)
  putInteger(view, 64, p)
  return keccak(bytes.subarray(0, 96))
}

/** Leaves of the plain tree under `gramRoot`, one after the other: O(pairs · segments) hashes in one call. */
function pairLeaves(gram: Gram): Uint8Array {
  const pairs = pairIndex(gram.size, 0)
  return hashKernel().pairLeaves(gram.partials, pairs, 0, pairs)
}

/** `gramRoot` of a claim; zero when no row was admitted. */
export function gramRoot(gram: Gram): Hash {
  if (gram.size === 0) return ZERO_HASH
  const leaves = pairLeaves(gram)
  return toHex(packedRoot(leaves, depthFor(leaves.length / 32)))
}

/** What opens the inner product of one pair over one segment under `gramRoot`. */
export interface GramProof {
  pair: number
  segment: number
  /** Inner product of the pair over the segment. */
  sum: number
  /** Siblings in the pair's sum tree, from the segment up. */
  sums: SumNode[]
  /** Siblings of the pair leaf, from the leaf up. */
  pairs: Uint8Array[]
}

/** Proof for pair (i, j), j <= i, over segment g. */
export function gramProof(gram: Gram, i: number, j: number, segment: number): GramProof {
  const pair = pairIndex(i, j)
  const levels = pairLevels(gram, pair)
  const sums = levels.slice(0, -1).map((nodes, level) => nodes[(segment >> level) ^ 1] ?? missingNode(level))
  const leaves = unpackHashes(pairLeaves(gram))
  return {
    pair,
    segment,
    sum: levels[0]![segment]!.sum,
    sums,
    pairs: merkleProof(merkleLevels(leaves, depthFor(leaves.length)), pair),
  }
}

/** The gram root a proof leads to, and the inner product G_ij on the way. */
export function rootFromGramProof(proof: GramProof): { root: Hash; product: number } {
  const top = proof.sums.reduce<SumNode>(
    (node, sibling, level) => ((proof.segment >> level) & 1 ? sumNode(sibling, node) : sumNode(node, sibling)),
    { hash: ZERO, sum: proof.sum },
  )
  const root = rootFromProof(pairLeaf(top, proof.pair), proof.pair, proof.pairs)
  return { root: toHex(root), product: top.sum }
}
