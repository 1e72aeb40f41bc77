import { TraceKind } from '../../../src/aggregation/index.ts'
import type { ClaimParts } from '../../../src/judge/index.ts'
import { sealParts, sumLevels } from '../../../src/judge/index.ts'
import { openMember, openPair, openTrace, specArgument } from '../../../src/judge/proofs/openings.ts'
import {
  claimHash,
  COURT_ROWS,
  CourtKind,
  CourtTree,
  depthFor,
  isAdmitted,
  LEDGER_DEPTH,
  MEMBERS_DEPTH,
  toHex,
  vectorDepth,
} from '../../../src/protocol/index.ts'
import type { CourtTarget, Hash } from '../../../src/protocol/index.ts'
import type { Random } from './random-round.ts'

export interface CourtCase {
  name: string
  /** Function and arguments of the request. */
  request: { functionName: string; args: readonly unknown[] }
  /** What the contract must make of it. */
  target: CourtTarget
}

/** Where the leaves of a vector end: an answer may show nothing behind it. */
function tailOf(tree: CourtTree, count: number): bigint {
  return tree === CourtTree.model || tree === CourtTree.reference ? BigInt(count) : 0n
}

/** One request of every kind and tree that the round has, at random places. */
export function everyRequest(parts: ClaimParts, random: Random): CourtCase[] {
  const claim = sealParts(parts)
  const dispute = { task: parts.task, round: parts.round, claim }
  const spec = specArgument(parts.spec)
  const stakes = openTrace(parts, TraceKind.stakes)
  const base = { task: parts.task, round: parts.round, claimHash: claimHash(parts.task, parts.round, claim) }
  const traced = parts.trace.length > 0
  const chunks = parts.transition.length
  const vector = vectorDepth(chunks)
  const trees: [CourtTree, Hash, number, number][] = [
    [CourtTree.members, claim.membersRoot, MEMBERS_DEPTH, parts.members],
    [CourtTree.transition, claim.transitionRoot, vector, chunks],
    [CourtTree.model, claim.modelRoot, vector, chunks],
    [CourtTree.ledger, claim.ledgerRoot, LEDGER_DEPTH, 0],
  ]
  if (parts.reference) trees.push([CourtTree.reference, claim.referenceRoot, vector, chunks])
  if (traced) {
    trees.push([CourtTree.gram, claim.gramRoot, depthFor(parts.gram.length), parts.gram.length])
    trees.push([CourtTree.trace, claim.traceRoot, depthFor(parts.trace.length), parts.trace.length])
  }
  const cases: CourtCase[] = []
  for (const [tree, root, depth, count] of trees) {
    const name = Object.keys(CourtTree)[tree]!
    if (depth > 0) {
      const level = random(depth)
      const index = BigInt(random(2 ** level))
      cases.push({
        name: `node of ${name}`,
        request: { functionName: 'requestNode', args: [dispute, spec, tree, level, index, stakes] },
        target: { ...base, kind: CourtKind.node, tree, depth, level, index, count: tailOf(tree, count), root },
      })
    }
    if (tree === CourtTree.model || tree === CourtTree.reference) continue
    // Past the last leaf too: an empty one.
    const index = BigInt(random(Math.min(2 ** depth, Math.max(1, count || 8) + 2)))
    cases.push({
      name: `leaf of ${name}`,
      request: { functionName: 'requestLeaf', args: [dispute, spec, tree, index, stakes] },
      target: { ...base, kind: CourtKind.leaf, tree, depth, level: depth, index, count: BigInt(count), root },
    })
  }
  const group = random(Math.ceil(parts.members / COURT_ROWS))
  cases.push({
    name: 'rows',
    request: { functionName: 'requestRows', args: [dispute, BigInt(group)] },
    target: {
      ...base,
      kind: CourtKind.rows,
      tree: CourtTree.members,
      depth: MEMBERS_DEPTH,
      level: MEMBERS_DEPTH - 4,
      index: BigInt(group),
      count: BigInt(parts.members),
      root: claim.membersRoot,
    },
  })
  for (const row of parts.norms.keys()) {
    // The node above the tree is a level of its own.
    const depth = depthFor(chunks / 32) + 1
    const level = depth === 1 ? 0 : 1 + random(depth - 1)
    const index = BigInt(level === 0 ? 0 : random(2 ** (level - 1)))
    const { reasonArg: root } = parts.rows[row]!
    cases.push({
      name: 'own sums',
      request: { functionName: 'requestOwnSums', args: [dispute, spec, openMember(parts, row), level, index] },
      target: { ...base, kind: CourtKind.sums, tree: CourtTree.members, depth, level, index, count: 0n, root },
    })
  }
  if (!traced) return cases
  cases.push({
    name: 'stakes',
    request: { functionName: 'requestStakes', args: [dispute] },
    target: {
      ...base,
      kind: CourtKind.stakes,
      tree: CourtTree.trace,
      depth: 0,
      level: 0,
      index: 0n,
      count: 0n,
      root: claim.traceRoot,
    },
  })
  const admitted = parts.rows.flatMap((row, i) => (isAdmitted(row.verdict) ? [i] : []))
  const row = admitted[random(admitted.length)]!
  const segment = BigInt(random(chunks / 32))
  cases.push({
    name: 'chunk',
    request: { functionName: 'requestChunk', args: [dispute, spec, openMember(parts, row), segment] },
    target: {
      ...base,
      kind: CourtKind.chunk,
      tree: CourtTree.members,
      depth: vector,
      level: vector - 5,
      index: segment,
      count: 0n,
      root: parts.rows[row]!.updateRoot,
    },
  })
  const sumDepth = depthFor(chunks / 32)
  if (sumDepth > 0) {
    const pair = random(parts.gram.length)
    const { hash, product, pair: p, position, path } = openPair(parts, pair, 0)
    const level = random(sumDepth)
    const index = BigInt(random(2 ** level))
    cases.push({
      name: 'sums',
      request: { functionName: 'requestSums', args: [dispute, spec, { hash, product, pair: p, position, path }, level, index] },
      target: {
        ...base,
        kind: CourtKind.sums,
        tree: CourtTree.gram,
        depth: sumDepth,
        level,
        index,
        count: 0n,
        root: toHex(sumLevels(parts.gram[pair]!).at(-1)![0]!.hash),
      },
    })
  }
  return cases
}
