import { TraceKind } from '../../aggregation/index.ts'
import { CourtTree, ZERO_HASH, merkleProof } from '../../protocol/index.ts'
import { sealParts } from '../claim-parts.ts'
import type { ClaimParts } from '../claim-parts.ts'
import { admittedRows, normFraud, traceFraudAt, verdictFraud } from '../fraud/index.ts'
import { hexPath } from '../proofs/openings.ts'
import { buildGramNodeProof, buildGramProof, buildGramShapeProof } from '../proofs/prove-gram.ts'
import { buildCountProof } from '../proofs/prove-members.ts'
import { buildTraceProof, buildTraceShapeProof } from '../proofs/prove-trace.ts'
import { treeLevels } from '../tree-levels.ts'
import { searchPair } from './search-pair.ts'
import { stakesLeaf } from './search-state.ts'
import type { SearchResult, SearchState } from './search-state.ts'

/** Inner products and trace, of the rows that the claim admits. undefined when they are right. */
export function searchTrace(s: SearchState): SearchResult | undefined {
  const [view, stakes] = [s.view(s.honest), s.stakes]
  if (!s.traced && s.expected(view) === s.honest) return undefined
  if (!stakes) {
    if (s.claim.traceRoot !== ZERO_HASH) return s.ask([{ kind: 'stakes' }])
    const admitted = admittedRows(view)
    const bare = { ...view, trace: [] }
    return s.proven(admitted.length > 0 ? verdictFraud(bare) : buildGramShapeProof(bare, 0))
  }
  const misplaced = s.misplacedStakes(view, stakes)
  if (misplaced) return misplaced
  const count = wrongStakes(s, view, stakes)
  if (count) return count
  const expected = s.expected(view)
  if (!expected) return { kind: 'rows', rows: view.rows }
  const seal = sealParts(expected)
  if (s.differs('gramRoot', seal)) return searchGram(s, expected)
  const norm = expected === s.honest ? undefined : normFraud(s.view(expected))
  if (norm) return s.done(norm)
  return s.differs('traceRoot', seal) ? searchLeaves(s, expected) : undefined
}

/** The first leaf against the rows, where all of them are known. */
function wrongStakes(s: SearchState, view: ClaimParts, words: bigint[]): SearchResult | undefined {
  if (!s.rows.all) return undefined
  const admitted = admittedRows(view)
  const bare = { ...view, trace: [stakesLeaf(words)] }
  if (admitted.length !== words.length) return s.done(buildCountProof(bare))
  const wrong = admitted.findIndex((row, a) => view.rows[row]!.weight !== words[a])
  return wrong < 0 ? undefined : s.done(buildTraceProof(bare, TraceKind.stakes, 0, wrong))
}

function searchGram(s: SearchState, expected: ClaimParts): SearchResult {
  const { gram } = CourtTree
  const levels = treeLevels(expected, gram)
  const walk = s.opened.tree(gram).walk(levels)
  const aside = s.rowLeaves()
  if ('ask' in walk) return s.ask([...s.toLeaf(gram, walk), ...aside])
  const place = walk.leaf
  const view = s.view(expected)
  if (s.emptyAt(gram, levels, place)) return s.done(buildGramShapeProof(view, place))
  const pair = s.opened.pairs.get(place)
  if (!pair) return s.ask([...s.toLeaf(gram, walk), ...aside])
  if (place >= expected.gram.length) return s.done(buildGramShapeProof(view, place))
  const depth = expected.gram[place]!.length - 1
  // A leaf at the place of another pair.
  if (pair.pair !== BigInt(place)) return s.done(buildGramNodeProof(view, place, depth + 1, 0))
  const { kind, level, index } = searchPair(expected, s.opened, place)
  if (kind === 'node') return s.done(buildGramNodeProof(view, place, level, index))
  if (kind !== 'ask') return s.done(buildGramProof(view, place, index, level))
  const path = hexPath(merkleProof(treeLevels(view, gram), place))
  return s.ask([{ kind: 'sums', pair: { ...pair, position: BigInt(place), path }, level, index }, ...aside])
}

function searchLeaves(s: SearchState, expected: ClaimParts): SearchResult {
  const { trace } = CourtTree
  const levels = treeLevels(expected, trace)
  const walk = s.opened.tree(trace).walk(levels)
  if ('ask' in walk) return s.ask(s.toLeaf(trace, walk))
  const place = walk.leaf
  const before = s.view(expected).trace.slice(0, place)
  if (s.emptyAt(trace, levels, place)) return s.done(buildTraceShapeProof(s.view(expected, { trace: before }), place))
  const leaf = s.opened.trace.get(place)
  if (!leaf) {
    // This step wants all members rows: what explains them is asked for meanwhile.
    const aside = expected.trace[place]?.kind === TraceKind.rejected ? s.rowLeaves() : []
    return s.ask([...s.toLeaf(trace, walk), ...aside])
  }
  const leaves = [...before]
  leaves[place] = leaf
  const view = s.view(expected, { trace: [...leaves, ...expected.trace.slice(place + 1)] })
  const right = expected.trace[place]
  const formed = right?.kind === leaf.kind && right.index === leaf.index && right.words.length === leaf.words.length
  return s.proven(formed ? traceFraudAt(view, place, right) : buildTraceShapeProof(view, place))
}
