import { TraceKind } from '../../aggregation/index.ts'
import {
  CHUNKS_PER_SEGMENT,
  depthFor,
  isAdmitted,
  MEMBERS_DEPTH,
  merkleLevels,
  merkleProof,
  SEGMENT,
  SEGMENT_LEVEL,
  segmentRoots,
  toHex,
  vectorDepth,
  ZERO_HASH,
} from '../../protocol/index.ts'
import type { Hash, Hex } from '../../protocol/index.ts'
import { sumLevels } from '../claim-parts.ts'
import type { ClaimParts, PostedPair } from '../claim-parts.ts'
import { caseOf, gramLevels, hexPath, noMember, openExcluded, openMember, openPair, openTrace, specArgument } from './openings.ts'
import type { MemberOpening } from './openings.ts'
import type { JudgeProof } from './proof.ts'

/** Words of a members row, and of one with its place and path. */
const ROW = 13
const OPENING = ROW + 1 + MEMBERS_DEPTH

/** Rows of a pair: `p = i (i + 1) / 2 + j`, j <= i. */
export function rowsOfPair(pair: number): { i: number; j: number } {
  let i = 0
  while (((i + 1) * (i + 2)) / 2 <= pair) i++
  return { i, j: pair - (i * (i + 1)) / 2 }
}

/**
 * The inner product of a pair over one segment, recomputed on chain; or a sum tree that ends elsewhere than at its segments.
 *
 * @param level of a leaf that stands above the segments (0); `segment` then counts in that level
 */
export function buildGramProof(parts: ClaimParts, pair: number, segment: number, level = 0): JudgeProof {
  const { i, j } = rowsOfPair(pair)
  const none = { data: '0x' as Hex, path: [], member: noMember() }
  const exists = level === 0 && segment < parts.transition.length / CHUNKS_PER_SEGMENT
  // All rows are less calldata than a path for each of many.
  const whole = exists && parts.rows.filter(({ verdict }) => !isAdmitted(verdict)).length * OPENING > parts.rows.length * ROW
  return {
    functionName: 'proveGram',
    args: [
      caseOf(parts),
      specArgument(parts.spec),
      {
        pair: openPair(parts, pair, segment, level),
        stakes: openTrace(parts, TraceKind.stakes),
        excluded: exists && !whole ? openExcluded(parts) : [],
        rows: whole ? parts.rows : [],
        left: exists ? openSegment(parts, i, segment) : none,
        right: i === j || !exists ? none : openSegment(parts, j, segment),
        parent: parts.parent,
      },
    ],
  }
}

/**
 * A sum node that is not the sum of its children.
 *
 * @param index of the node at `level` >= 1
 */
export function buildGramNodeProof(parts: ClaimParts, pair: number, level: number, index: number): JudgeProof {
  return { functionName: 'proveGramNode', args: [caseOf(parts), openPair(parts, pair, 2 * index, level - 1)] }
}

/** A pair without leaf, a leaf without pair, or inner products where nobody was admitted. */
export function buildGramShapeProof(parts: ClaimParts, place = misplacedPair(parts)): JudgeProof {
  const leaf = pairLeafAt(parts, place)
  return {
    functionName: 'proveGramShape',
    args: [
      caseOf(parts),
      specArgument(parts.spec),
      openTrace(parts, TraceKind.stakes),
      BigInt(place),
      leaf === undefined,
      { hash: leaf?.hash ?? ZERO_HASH, product: leaf?.product ?? 0n },
      leaf?.pair ?? BigInt(place),
      hexPath(merkleProof(gramLevels(parts), place)),
    ],
  }
}

function pairLeafAt(parts: ClaimParts, place: number): Omit<PostedPair, 'children'> | undefined {
  if (parts.posted) return parts.posted.pairs.get(place)
  const root = parts.gram[place] && sumLevels(parts.gram[place]).at(-1)![0]!
  return root && { hash: toHex(root.hash), product: BigInt(root.sum), pair: BigInt(place) }
}

/** Where the gram tree shows that it has not a leaf for each pair. */
function misplacedPair(parts: ClaimParts): number {
  const rows = parts.trace[0]?.words.length ?? 0
  const right = pairsOf(rows + (parts.spec.rule.reference === 0 ? 0 : 1))
  // In a tree of another depth any leaf shows it; an empty place would not.
  return depthFor(right) === depthFor(parts.gram.length) ? Math.min(right, parts.gram.length) : 0
}

/** Number of pairs of `rows` rows. */
export function pairsOf(rows: number): number {
  return (rows * (rows + 1)) / 2
}

/** An admitted row whose squared norm in the gram tree is outside the task's bounds. */
export function buildNormProof(parts: ClaimParts, admitted: number): JudgeProof {
  const pair = (admitted * (admitted + 1)) / 2 + admitted
  return {
    functionName: 'proveNorm',
    args: [caseOf(parts), specArgument(parts.spec), openTrace(parts, TraceKind.stakes), openPair(parts, pair, 0)],
  }
}

/** A segment of an admitted row, or of the reference row after them. */
function openSegment(parts: ClaimParts, row: number, segment: number): { data: Hex; path: Hash[]; member: MemberOpening } {
  const admitted = parts.rows.flatMap((leaf, i) => (isAdmitted(leaf.verdict) ? [i] : []))
  const at = admitted[row]
  const vector = at === undefined ? parts.previous.reference! : parts.updates.get(parts.rows[at]!.updateRoot)!
  const roots = segmentRoots(vector)
  const levels = merkleLevels(roots, vectorDepth(vector.length / 256) - SEGMENT_LEVEL, SEGMENT_LEVEL)
  const data = new Uint8Array(vector.buffer, vector.byteOffset + segment * SEGMENT, SEGMENT)
  return {
    data: toHex(data),
    path: hexPath(merkleProof(levels, segment, SEGMENT_LEVEL)),
    member: at === undefined ? noMember() : openMember(parts, at),
  }
}
