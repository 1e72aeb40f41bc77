import { buildAnswer, OpenedClaim, sealParts, searchClaim } from '../../../src/judge/index.ts'
import type { ClaimParts, CourtQuestion, CourtRecord, SearchInput, SearchResult } from '../../../src/judge/index.ts'
import { traceLayout } from '../../../src/judge/proofs/trace-layout.ts'
import {
  claimHash,
  COURT_LEVELS,
  COURT_ROWS,
  CourtKind,
  courtRequestId,
  CourtTree,
  depthFor,
  LEDGER_DEPTH,
  MEMBERS_DEPTH,
  toHex,
  vectorDepth,
  VIA_CHAIN,
  ZERO_HASH,
} from '../../../src/protocol/index.ts'
import type { Claim, CourtTarget, Hash } from '../../../src/protocol/index.ts'

/** How the game went: the last word, and how many requests and rounds of questions it took. */
export interface Played {
  result: SearchResult
  requests: number
  steps: number
  /** Something that was asked has no answer: the claim expires. */
  unanswered: boolean
}

/**
 * Plays watcher and court against an operator that posted `posted` and opens every requested part, without a chain.
 *
 * @throws Error when a question is asked twice
 */
export async function playCourt(
  posted: ClaimParts,
  honest: ClaimParts,
  rowProof: SearchInput['rowProof'] = async () => undefined,
  after?: (records: CourtRecord[]) => CourtRecord[],
): Promise<Played> {
  const claim = sealParts(posted)
  let records: CourtRecord[] = []
  const asked = new Set<Hash>()
  for (let steps = 0; ; steps++) {
    const opened = new OpenedClaim(after ? after(records) : records)
    const result = await searchClaim({ claim, honest, opened, rowProof })
    if (result.kind !== 'ask') return { result, requests: asked.size, steps, unanswered: false }
    for (const question of result.questions) {
      const target = targetOf(posted, claim, question)
      const id = courtRequestId(target)
      if (asked.has(id)) throw new Error(`asked twice: ${question.kind}`)
      asked.add(id)
      const answer = answerTo(posted, target)
      if (!answer) return { result, requests: asked.size, steps, unanswered: true }
      records = [...records, { target, answer }]
    }
  }
}

/** The answer of the operator, if the court takes it. */
function answerTo(posted: ClaimParts, target: CourtTarget): CourtRecord['answer'] {
  let answer: CourtRecord['answer']
  try {
    answer = buildAnswer(posted, target, () => ({ source: VIA_CHAIN, attestation: '0x', salt: ZERO_HASH }))
  } catch {
    // A tree of another depth has nothing where it is asked.
    return undefined
  }
  if (!answer || (answer.functionName === 'answerLeaf' && answer.args[1] === '0x' && target.index < target.count))
    return undefined
  if (target.kind === CourtKind.sums) return answer
  // All rows that the claim has there, and no other.
  if (target.kind === CourtKind.rows && (answer.args[1] as unknown[]).length !== rowsIn(target)) return undefined
  if (answer.functionName === 'answerNode' && endsIn(target) && showsTail(target, answer.args[1] as Hash[])) return undefined
  const root = new OpenedClaim([{ target, answer }]).tree(target.tree).get(0, 0)
  return root && toHex(root) === target.root ? answer : undefined
}

function rowsIn({ index, count }: CourtTarget): number {
  return Math.min(COURT_ROWS, Number(count) - Number(index) * COURT_ROWS)
}

/** Whether nodes of a tree get the end of its leaves. */
function endsIn({ tree }: Pick<CourtTarget, 'tree'>): boolean {
  return tree === CourtTree.model || tree === CourtTree.reference
}

function showsTail({ level, depth, index, count }: CourtTarget, nodes: readonly Hash[]): boolean {
  if (count === 0n) return true
  const first = index * BigInt(nodes.length)
  return level + COURT_LEVELS >= depth && nodes.some((node, i) => first + BigInt(i) >= count && node !== ZERO_HASH)
}

function targetOf(posted: ClaimParts, claim: Claim, question: CourtQuestion): CourtTarget {
  const { task, round, spec } = posted
  const base = { task, round, claimHash: claimHash(task, round, claim), level: 0, index: 0n, count: 0n }
  if (question.kind === 'stakes')
    return { ...base, kind: CourtKind.stakes, tree: CourtTree.trace, depth: 0, root: claim.traceRoot }
  if (question.kind === 'sums') {
    const depth = depthFor(posted.transition.length / 32)
    const { level, index, pair } = question
    return { ...base, kind: CourtKind.sums, tree: CourtTree.gram, depth, level, index: BigInt(index), root: pair.hash }
  }
  if (question.kind === 'ownSums') {
    const depth = depthFor(posted.transition.length / 32) + 1
    const { level, index, member } = question
    const root = member.leaf.reasonArg
    return { ...base, kind: CourtKind.sums, tree: CourtTree.members, depth, level, index: BigInt(index), root }
  }
  if (question.kind === 'rows') {
    const place = { tree: CourtTree.members, depth: MEMBERS_DEPTH, level: MEMBERS_DEPTH - 4, index: BigInt(question.index) }
    return { ...base, ...place, kind: CourtKind.rows, count: BigInt(claim.members), root: claim.membersRoot }
  }
  const { tree } = question
  const rows = question.stakes?.words.length ?? 0
  const size = rows + (spec.rule.reference === 0 ? 0 : 1)
  const shapes: Record<CourtTree, [root: Hash, count: number, depth?: number]> = {
    [CourtTree.members]: [claim.membersRoot, posted.members, MEMBERS_DEPTH],
    [CourtTree.gram]: [claim.gramRoot, (size * (size + 1)) / 2],
    [CourtTree.trace]: [claim.traceRoot, rows === 0 ? 0 : traceLayout(spec, rows).leaves.length],
    [CourtTree.transition]: [claim.transitionRoot, posted.transition.length, vectorDepth(posted.transition.length)],
    [CourtTree.model]: [claim.modelRoot, posted.transition.length, vectorDepth(posted.transition.length)],
    [CourtTree.reference]: [
      claim.referenceRoot,
      spec.rule.reference === 0 ? 0 : posted.transition.length,
      vectorDepth(posted.transition.length),
    ],
    [CourtTree.ledger]: [claim.ledgerRoot, 0, LEDGER_DEPTH],
  }
  const [root, count, depth = depthFor(count)] = shapes[tree]
  const at = { ...base, tree, depth, root, index: BigInt(question.index) }
  return question.kind === 'leaf'
    ? { ...at, kind: CourtKind.leaf, level: depth, count: BigInt(count) }
    : { ...at, kind: CourtKind.node, level: question.level, count: endsIn(at) ? BigInt(count) : 0n }
}
