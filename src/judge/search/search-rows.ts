import { CourtTree, ZERO_HASH } from '../../protocol/index.ts'
import type { ClaimParts } from '../claim-parts.ts'
import { admittedRows, verdictFraud } from '../fraud/index.ts'
import { buildGramShapeProof } from '../proofs/prove-gram.ts'
import { buildCountProof, buildMissingRowProof } from '../proofs/prove-members.ts'
import { rowQuestions } from './row-questions.ts'
import { searchOwnSums } from './search-own-sums.ts'
import { admittedAlike, ROWS, SearchState } from './search-state.ts'
import type { SearchInput, SearchResult } from './search-state.ts'

/**
 * Searches the members rows for a fault, and checks whether the rows that a proof needs are known. undefined when the
 * search has to go on.
 */
export async function searchRows(s: SearchState): Promise<SearchResult | undefined> {
  const view = s.view(s.honest)
  const checked = async (): Promise<SearchResult | undefined> => {
    const proof = await s.rowProof(view, s.opened.attestations)
    return proof ? s.done(proof) : searchOwnSums(s, view)
  }
  if (s.rows.all) return checked()
  const shown = s.opened.rows.size > 0
  if (!s.traced) {
    const wrong = shown ? ((await checked()) ?? againstTrace(s, view)) : undefined
    return wrong ?? (s.differs('members') ? everyRow(s, view) : nextRow(s, view))
  }
  const untraced = [s.claim.gramRoot, s.claim.traceRoot].filter((root) => root === ZERO_HASH).length
  if (untraced === 1) return s.done(buildGramShapeProof(view, 0))
  if (untraced === 2) return everyRow(s, view)
  const stakes = s.stakes
  if (!stakes) return s.ask([{ kind: 'stakes' }])
  const misplaced = s.misplacedStakes(view, stakes)
  if (misplaced) return misplaced
  if (!s.sameStakes) return s.explain() ?? everyRow(s, view)
  // Who is admitted seems to be right. Rows that were opened tell.
  const other = [...s.opened.rows].some(([i, { row }]) => !admittedAlike(row, s.honest.rows[i]))
  return other ? ((await checked()) ?? everyRow(s, view)) : undefined
}

/**
 * The rows of a claim that could not be replayed at all: opens every one of them.
 *
 * @returns the proof against one of them, or `rows`
 */
export async function openRows(input: SearchInput): Promise<SearchResult> {
  const s = new SearchState(input)
  const view = s.view(s.honest)
  if (!s.rows.all) return everyRow(s, view)
  const proof = await s.rowProof(view, s.opened.attestations)
  return proof ? s.done(proof) : (searchOwnSums(s, view) ?? { kind: 'rows', rows: view.rows })
}

/** Rows against a trace that is right. */
function againstTrace(s: SearchState, view: ClaimParts): SearchResult | undefined {
  const other = admittedRows(view).length !== (view.trace[0]?.words.length ?? 0)
  const proof = other && view.trace.length > 0 ? buildCountProof(view) : verdictFraud(view)
  return proof && s.done(proof)
}

/** The next wrong row. Rows that were opened are in the levels: the walk never ends at one of them. */
function nextRow(s: SearchState, view: ClaimParts): SearchResult {
  const walk = s.opened.tree(CourtTree.members).walk(s.rows.levels)
  if ('ask' in walk) return s.ask([{ kind: 'node', tree: CourtTree.members, ...walk.ask }])
  const { leaf } = walk
  if (s.emptyAt(CourtTree.members, s.rows.levels, leaf)) return s.done(buildMissingRowProof(view, leaf))
  return s.ask([{ kind: 'leaf', tree: CourtTree.members, index: leaf }])
}

/** Rows that nothing explains have to be opened. */
function everyRow(s: SearchState, view: ClaimParts): SearchResult {
  const hidden = Array.from({ length: Math.min(s.claim.members, ROWS) }, (_, i) => i).filter((i) => !s.rows.holds(i))
  if (hidden.length === 0) return nextRow(s, view)
  return s.ask(rowQuestions(hidden))
}
