import { CourtTree, ZERO_HASH } from '../../protocol/index.ts'
import { sameWeights, transitionFraudAt, verdictFraud } from '../fraud/index.ts'
import { buildLedgerProof, buildLedgerSlotProof, buildLedgerTotalProof } from '../proofs/prove-ledger.ts'
import { buildModelProof, buildTransitionShapeProof, Part } from '../proofs/prove-model.ts'
import type { SearchResult, SearchState } from './search-state.ts'

/** Rows against a trace that is right. */
export function searchVerdicts(s: SearchState): SearchResult | undefined {
  const expected = s.expected(s.view(s.honest))
  const proof = expected && verdictFraud(s.view(expected))
  if (proof) return s.done(proof)
  const view = s.view(s.honest)
  return sameWeights(view, s.honest) ? undefined : { kind: 'rows', rows: view.rows }
}

/** What follows from the weights: transition, model, reference, ledger. */
export function searchStep(s: SearchState): SearchResult {
  const view = s.view(s.honest)
  const chunks = s.honest.transition.length
  if (s.differs('transitionRoot')) {
    const walk = s.walk(CourtTree.transition)
    const words = 'leaf' in walk ? s.opened.transition.get(walk.leaf) : undefined
    if ('ask' in walk || !words) return s.ask(s.toLeaf(CourtTree.transition, walk))
    const transition = [...view.transition]
    transition[walk.leaf] = words
    const posted = { ...view, transition }
    if (walk.leaf >= chunks) return s.done(buildTransitionShapeProof(posted, walk.leaf))
    return s.proven(transitionFraudAt(posted, walk.leaf, s.honest.transition[walk.leaf]!))
  }
  for (const [field, tree, part] of [
    ['modelRoot', CourtTree.model, Part.newModel],
    ['referenceRoot', CourtTree.reference, Part.newReference],
  ] as const) {
    if (!s.differs(field)) continue
    if (s.claim[field] === ZERO_HASH) return s.done(buildModelProof(view, 0, part))
    // No proof reaches a reference in a task without one, or a leaf past the last chunk; but the court takes no answer
    // about either.
    if (s.right[field] === ZERO_HASH) return s.ask([{ kind: 'node', tree, level: 0, index: 0 }])
    const walk = s.walk(tree)
    if ('ask' in walk) return s.ask(s.toLeaf(tree, walk))
    return s.done(buildModelProof(view, walk.leaf, part))
  }
  if (s.differs('ledgerRoot')) {
    const walk = s.walk(CourtTree.ledger)
    if ('ask' in walk) return s.ask(s.toLeaf(CourtTree.ledger, walk))
    const row = view.rows.findIndex(({ slot }) => slot === walk.leaf)
    return s.done(row < 0 ? buildLedgerSlotProof(view, walk.leaf) : buildLedgerProof(view, row))
  }
  if (s.differs('ledgerTotal')) return s.done(buildLedgerTotalProof(view))
  return { kind: 'none', reason: 'no kind of proof shows the difference' }
}
