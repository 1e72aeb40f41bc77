import type { SumNode } from '../../aggregation/index.ts'
import {
  CHUNKS_PER_SEGMENT,
  chunkCount,
  CourtTree,
  depthFor,
  int8Leaves,
  isAdmitted,
  MEMBERS_DEPTH,
  merkleProof,
  Reason,
  toHex,
  vectorLevels,
  Verdict,
  ZERO_HASH,
  zeroHash,
} from '../../protocol/index.ts'
import type { Address, Claim, Hash, MemberLeaf, TaskSpec } from '../../protocol/index.ts'
import { missingNode, sealParts, sumLevels } from '../claim-parts.ts'
import type { ClaimParts, PostedPair, SumChildren } from '../claim-parts.ts'
import { treeLevels } from '../tree-levels.ts'

const NOBODY: Address = `0x${'00'.repeat(20)}`

// The structs of IFraudJudge, as viem takes them.

export interface Case {
  task: bigint
  round: bigint
  recipient: Address
  claim: Claim
}

export interface MemberOpening {
  row: bigint
  leaf: MemberLeaf
  path: Hash[]
}

export interface TraceOpening {
  kind: number
  index: number
  words: bigint[]
  position: bigint
  path: Hash[]
}

export interface ChunkOpening {
  chunk: bigint
  words: Hash[]
  path: Hash[]
}

export interface PairOpening {
  pair: bigint
  hash: Hash
  product: bigint
  position: bigint
  path: Hash[]
  segment: bigint
  nodes: SumChildren[]
}

/** The case of a claim, whose bounty nobody earns: `withRecipient` names who does. */
export function caseOf(parts: ClaimParts): Case {
  return { task: parts.task, round: parts.round, recipient: NOBODY, claim: sealOnce(parts) }
}

const sealed = new WeakMap<ClaimParts, Claim>()

/** `sealParts`, which is most of the work of a proof; done once for parts that are frozen, from which many proofs are built. */
function sealOnce(parts: ClaimParts): Claim {
  const claim = sealed.get(parts) ?? sealParts(parts)
  if (Object.isFrozen(parts)) sealed.set(parts, claim)
  return claim
}

/** The specification under the names of the Solidity struct (`reference` is a reserved word there). */
export function specArgument(spec: TaskSpec): object {
  const { reference, ...rule } = spec.rule
  return { ...spec, rule: { ...rule, referenceKind: reference } }
}

export function hexPath(path: readonly Uint8Array[]): Hash[] {
  return path.map(toHex)
}

/** Path of a members row, which may be empty. */
export function memberPath(parts: ClaimParts, row: number): Hash[] {
  return hexPath(merkleProof(treeLevels(parts, CourtTree.members), row))
}

export function openMember(parts: ClaimParts, row: number): MemberOpening {
  return { row: BigInt(row), leaf: parts.rows[row]!, path: memberPath(parts, row) }
}

/** Filler for a members row that no proof reads. */
export function noMember(): MemberOpening {
  const leaf: MemberLeaf = {
    member: NOBODY,
    slot: 0,
    weight: 0n,
    commitment: ZERO_HASH,
    signatureHash: ZERO_HASH,
    updateRoot: ZERO_HASH,
    held: 0n,
    attestationHash: ZERO_HASH,
    verdict: Verdict.quarantined,
    reason: Reason.none,
    reasonArg: ZERO_HASH,
    beta: 0,
    score: 0n,
  }
  return { row: 0n, leaf, path: Array.from({ length: MEMBERS_DEPTH }, () => ZERO_HASH) }
}

/** The rows around the place of a slot that has none: what shows that it has none. */
export function openAround(parts: ClaimParts, slot: number): MemberOpening[] {
  const next = parts.rows.findIndex((row) => row.slot > slot)
  const after = next < 0 ? parts.rows.length : next
  return [after - 1, after].filter((row) => row >= 0 && row < parts.rows.length).map((row) => openMember(parts, row))
}

/** Every row that was not admitted: what ties an admitted row's number to its place in the members tree. */
export function openExcluded(parts: ClaimParts): MemberOpening[] {
  return parts.rows.flatMap((row, i) => (isAdmitted(row.verdict) ? [] : [openMember(parts, i)]))
}

/** The leaf of that kind and index; an empty one where the claim has no trace. */
export function openTrace(parts: ClaimParts, kind: number, index = 0): TraceOpening {
  const position = parts.trace.findIndex((leaf) => leaf.kind === kind && leaf.index === index)
  if (position < 0) return { kind, index, words: [], position: 0n, path: [] }
  return openTraceAt(parts, position)
}

/** The trace leaf at a place, of any kind; kind 0 where there is none. */
export function openTraceAt(parts: ClaimParts, position: number): TraceOpening {
  const { kind, index, words } = parts.trace[position] ?? { kind: 0, index: 0, words: [] }
  return { kind, index, words, position: BigInt(position), path: hexPath(merkleProof(traceLevels(parts), position)) }
}

export function transitionPath(parts: ClaimParts, chunk: number): Hash[] {
  return hexPath(merkleProof(treeLevels(parts, CourtTree.transition), chunk))
}

export function openChunk(parts: ClaimParts, chunk: number): ChunkOpening {
  return { chunk: BigInt(chunk), words: parts.transition[chunk]!.map(toHex), path: transitionPath(parts, chunk) }
}

/** Levels of the plain tree over the pairs. */
export function gramLevels(parts: ClaimParts): Uint8Array[][] {
  return treeLevels(parts, CourtTree.gram)
}

/** Levels of the trace tree. */
export function traceLevels(parts: ClaimParts): Uint8Array[][] {
  return treeLevels(parts, CourtTree.trace)
}

/** Siblings that several leaves leave open, level by level from the leaves up, from left to right. */
export function multiPath(levels: readonly (readonly Uint8Array[])[], positions: readonly number[]): Hash[] {
  const path: Hash[] = []
  let row = [...new Set(positions)].sort((a, b) => a - b)
  for (let level = 0; level < levels.length - 1; level++) {
    const known = new Set(row)
    for (const at of row) if (!known.has(at ^ 1)) path.push(toHex(levels[level]![at ^ 1] ?? zeroHash(level)))
    row = [...new Set(row.map((at) => at >> 1))]
  }
  return path
}

/**
 * A pair's leaf and the nodes of its sum tree down to the children at `level`.
 *
 * @param index of a node at `level` of the sum tree
 * @param level 0 for a segment
 */
export function openPair(parts: ClaimParts, pair: number, index: number, level = 0): PairOpening {
  const posted = parts.posted?.pairs.get(pair)
  if (posted) return openPosted(parts, posted, pair, index, level)
  const levels = sumLevels(parts.gram[pair]!)
  const nodes = nodesDown(levels, index, level)
  const root = levels.at(-1)![0]!
  return {
    pair: BigInt(pair),
    hash: toHex(root.hash),
    product: BigInt(root.sum),
    position: BigInt(pair),
    path: hexPath(merkleProof(gramLevels(parts), pair)),
    segment: BigInt(index),
    nodes,
  }
}

/** The nodes of a sum tree from its root down to the children at `level`. */
function nodesDown(levels: readonly SumNode[][], index: number, level: number): SumChildren[] {
  const at = (l: number, i: number): SumNode => levels[l]![i] ?? missingNode(l)
  const nodes: SumChildren[] = []
  for (let l = levels.length - 2; l >= level; l--) {
    const left = (index >> (l - level)) & ~1
    nodes.push(childrenOf(at(l, left), at(l, left + 1)))
  }
  return nodes
}

/** Two nodes as the contracts take them. */
export function childrenOf(left: SumNode, right: SumNode): SumChildren {
  return {
    leftHash: toHex(left.hash),
    leftSum: BigInt(left.sum),
    rightHash: toHex(right.hash),
    rightSum: BigInt(right.sum),
  }
}

/**
 * The nodes of a row's own sum tree down to the children at `level`: first the one that `reasonArg` hashes.
 *
 * @param index of a node at `level`, 0 for a segment; with the level of the root no node below the first is opened
 */
export function openOwnSums(
  parts: ClaimParts,
  row: number,
  index: number,
  level: number,
): { segment: bigint; nodes: SumChildren[] } {
  const segment = BigInt(index)
  if (parts.posted) {
    const depth = depthFor(chunkCount(parts.spec) / CHUNKS_PER_SEGMENT) + 1
    const nodes = Array.from({ length: depth - level }, (_, k) =>
      parts.posted!.ownSums(row, k, Math.floor(index / 2 ** (depth - level - k)))!,
    )
    return { segment, nodes }
  }
  const levels = sumLevels(parts.norms.get(row)!)
  return { segment, nodes: [childrenOf(levels.at(-1)![0]!, missingNode(0)), ...nodesDown(levels, index, level)] }
}

function openPosted(parts: ClaimParts, posted: PostedPair, place: number, index: number, level: number): PairOpening {
  const { hash, product, pair, children } = posted
  const depth = depthFor(chunkCount(parts.spec) / CHUNKS_PER_SEGMENT)
  const nodes = Array.from({ length: depth - level }, (_, k) => children(k, index >> (depth - level - k))!)
  const path = hexPath(merkleProof(gramLevels(parts), place))
  return { pair, hash, product, position: BigInt(place), path, segment: BigInt(index), nodes }
}

/** Leaf of an update, and its path. */
export function openUpdate(update: Int8Array, chunk: number): { leaf: Hash; path: Hash[] } {
  const leaves = int8Leaves(update)
  return { leaf: toHex(leaves[chunk]!), path: hexPath(merkleProof(vectorLevels(leaves), chunk)) }
}
