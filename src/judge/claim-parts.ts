import { ownSumsHash, pairIndex, pairLeaf, pairSums, sumNode, sumTree, traceRoot } from '../aggregation/index.ts'
import type { AggregateResult, SumNode, TraceLeaf } from '../aggregation/index.ts'
import {
  chunkCount,
  claimHash,
  depthFor,
  hashOf,
  int32Leaves,
  int8Leaves,
  ledgerRoot,
  membersRoot,
  merkleRoot,
  toHex,
  unpackHashes,
  vectorRoot,
  ZERO_HASH,
} from '../protocol/index.ts'
import type { Claim, CourtTree, Hash, Ledger, MemberLeaf, RoundBucket, TaskSpec } from '../protocol/index.ts'

/** Committed sums of one pair's sum tree by level, segments first; missing nodes are zero. */
export type PairSums = number[][]

/** Bytes of updates by root; undefined for one that is not here. Often in files: a proof looks at few. */
export interface Updates {
  get(root: Hash): Int8Array | undefined
}

/** A claim opened: the preimage of every leaf of its trees, and what stood before it. */
export interface ClaimParts {
  task: bigint
  round: bigint
  spec: TaskSpec
  parent: { round: bigint; claim: Claim }
  /** State behind the parent. */
  previous: { model: Int32Array; reference: Int8Array | null; ledger: Ledger }
  /** Every available update. */
  updates: Updates
  rows: MemberLeaf[]
  /** Of a task with buckets, as they were drawn. */
  buckets?: readonly RoundBucket[]
  /** Sum trees of the squared norms of the rows that are inadmissible for theirs, by row. */
  norms: ReadonlyMap<number, PairSums>
  gram: PairSums[]
  trace: TraceLeaf[]
  /** Words of each transition leaf: row hashes, then old and new model, old and new reference. */
  transition: Uint8Array[][]
  /** Leaves of the new model. */
  model: Uint8Array[]
  /** Leaves of the new reference; null for a task without. */
  reference: Uint8Array[] | null
  ledger: Ledger
  evidence: Hash
  ledgerTotal: bigint
  members: number
  /** Known hashes that replace hashes over the parts, for a claim that the chain opens only in part (`searchClaim`). */
  posted?: PostedNodes
}

/** What was opened on chain of a claim whose operator serves no opening. */
export interface PostedNodes {
  /** As posted. */
  claim: Claim
  /** Levels of a tree, leaves first, as far as anybody has seen them. */
  levels: (tree: CourtTree) => Uint8Array[][]
  /** Leaves of the gram tree and the opened data below them, by place. */
  pairs: ReadonlyMap<number, PostedPair>
  /** The node under the `reasonArg` of a row and the nodes below it, by row, distance from that node and index. */
  ownSums: (row: number, distance: number, index: number) => SumChildren | undefined
}

/** A pair as it was posted: its numbers may be any that fit the contract's types. */
export interface PostedPair {
  hash: Hash
  product: bigint
  pair: bigint
  /** A node of its sum tree, by distance from the root and index; undefined where nobody opened it. */
  children: (distance: number, index: number) => SumChildren | undefined
}

/** Children of a node of a sum tree, as the contracts name them. */
export interface SumChildren {
  leftHash: Hash
  leftSum: bigint
  rightHash: Hash
  rightSum: bigint
}

export interface ClaimPartsInput extends Pick<
  ClaimParts,
  'task' | 'round' | 'spec' | 'parent' | 'previous' | 'updates' | 'rows' | 'buckets' | 'evidence'
> {
  /** Of `aggregateRound` over the same rows; with `words`, those of the transition leaves (src/engine), no chunk is hashed again. */
  result: AggregateResult & { words?: Uint8Array }
}

/**
 * Opens the claim that an honest operator computes from a round. The leaves that grow with the model are made when they are first looked at: most claims are
 * never disputed.
 *
 * @param input `rows` are the members rows with verdicts, weights and scores of `result`
 * @example const parts = claimParts({ task, round, spec, parent, previous, updates, rows, evidence, result })
 */
export function claimParts({ result, ...input }: ClaimPartsInput): ClaimParts {
  const pairs = pairIndex(result.gram.size, 0)
  const gram = lazily(() => Array.from({ length: pairs }, (_, p) => pairSums(result.gram, p)))
  const transition = lazily(() => (result.words ? unpackWords(result.words, input) : transitionWords(input, result)))
  const model = lazily(() => transition().map((words) => words.at(-3)!))
  const reference = lazily(() => result.reference && transition().map((words) => words.at(-1)!))
  return {
    ...input,
    norms: normsOf(result.rows),
    get gram() {
      return gram()
    },
    trace: result.trace,
    get transition() {
      return transition()
    },
    get model() {
      return model()
    },
    get reference() {
      return reference()
    },
    ledger: result.ledger,
    ledgerTotal: result.ledgerTotal,
    members: input.rows.length,
  }
}

/** Sum trees of the rows that were refused for their norm. */
export function normsOf(rows: AggregateResult['rows']): Map<number, PairSums> {
  return new Map(rows.flatMap(({ fault }, row) => (fault?.code === 'UPDATE_NORM' ? [[row, sumsOf(fault.norms)] as const] : [])))
}

/** Sums of the tree over one number a segment, by level, segments first. */
export function sumsOf(segments: readonly number[]): PairSums {
  return sumTree(segments).map((nodes) => nodes.map(({ sum }) => sum))
}

/** What `reasonArg` of a row with these sums should be. */
export function reasonArgOf(sums: PairSums): Hash {
  return ownSumsHash(sumLevels(sums))
}

function lazily<T>(make: () => T): () => T {
  let made: { value: T } | undefined
  return () => (made ??= { value: make() }).value
}

/** The words of the transition leaves, hashed from the vectors. */
function transitionWords(
  { rows, updates, previous }: Pick<ClaimPartsInput, 'rows' | 'updates' | 'previous'>,
  result: Pick<AggregateResult, 'model' | 'reference'>,
): Uint8Array[][] {
  const none = new Uint8Array(32)
  const carrying = rows.filter((row) => row.beta > 0).map((row) => int8Leaves(updates.get(row.updateRoot)!))
  const oldModel = int32Leaves(previous.model)
  const oldReference = previous.reference && int8Leaves(previous.reference)
  const reference = result.reference && int8Leaves(result.reference)
  return int32Leaves(result.model).map((leaf, c) => [
    ...carrying.map((leaves) => leaves[c]!),
    oldModel[c]!,
    leaf,
    oldReference?.[c] ?? none,
    reference?.[c] ?? none,
  ])
}

/** The same from where they lie one after the other, as views. */
function unpackWords(words: Uint8Array, { spec }: Pick<ClaimPartsInput, 'spec'>): Uint8Array[][] {
  const chunks = chunkCount(spec)
  const length = words.length / chunks
  return Array.from({ length: chunks }, (_, c) => unpackHashes(words.subarray(c * length, (c + 1) * length)))
}

/** The claim over the parts, as their operator would post it. Roots are computed over the parts, right or wrong. */
export function sealParts(parts: ClaimParts): Claim {
  if (parts.posted) return parts.posted.claim
  return {
    parent: claimHash(parts.task, parts.parent.round, parts.parent.claim),
    membersRoot: membersRoot(parts.rows),
    ...sumRoots(parts),
    transitionRoot: toHex(vectorRoot(parts.transition.map((words) => hashOf(...words)))),
    modelRoot: toHex(vectorRoot(parts.model)),
    referenceRoot: parts.reference ? toHex(vectorRoot(parts.reference)) : ZERO_HASH,
    ledgerRoot: ledgerRoot(parts.ledger),
    evidence: parts.evidence,
    ledgerTotal: parts.ledgerTotal,
    members: parts.members,
  }
}

/** Roots of the numbers of the rule: inner products and trace. */
export function sumRoots({ gram, trace }: Pick<ClaimParts, 'gram' | 'trace'>): Pick<Claim, 'gramRoot' | 'traceRoot'> {
  const pairs = gram.map((sums, p) => pairLeaf(sumLevels(sums).at(-1)![0]!, p))
  return {
    gramRoot: pairs.length === 0 ? ZERO_HASH : toHex(merkleRoot(pairs, depthFor(pairs.length))),
    traceRoot: trace.length === 0 ? ZERO_HASH : traceRoot(trace),
  }
}

/** Nodes of a sum tree whose committed sums are given, each hash over the sums committed for its children. */
export function sumLevels(sums: PairSums): SumNode[][] {
  const levels: SumNode[][] = [sums[0]!.map((sum) => ({ hash: new Uint8Array(32), sum }))]
  for (let level = 1; level < sums.length; level++) {
    const below = levels[level - 1]!
    levels.push(
      sums[level]!.map((sum, i) => ({
        hash: sumNode(below[2 * i]!, below[2 * i + 1] ?? missingNode(level - 1)).hash,
        sum,
      })),
    )
  }
  return levels
}

/** Root of the sum tree of depth `level` without leaves. */
export function missingNode(level: number): SumNode {
  let node: SumNode = { hash: new Uint8Array(32), sum: 0 }
  for (let k = 0; k < level; k++) node = sumNode(node, node)
  return node
}
