import { TraceKind } from '../../aggregation/index.ts'
import type { TraceLeaf } from '../../aggregation/index.ts'
import { CourtTree, depthFor, isAdmitted, sameAddress, toHex } from '../../protocol/index.ts'
import type { Claim, Hash, MemberLeaf } from '../../protocol/index.ts'
import { sealParts } from '../claim-parts.ts'
import type { ClaimParts } from '../claim-parts.ts'
import { rightGram, rightTrace } from '../fraud/index.ts'
import type { KnownAttestation } from '../members/index.ts'
import { openTrace } from '../proofs/openings.ts'
import type { MemberOpening, TraceOpening } from '../proofs/openings.ts'
import type { JudgeProof } from '../proofs/proof.ts'
import { buildTraceShapeProof } from '../proofs/prove-trace.ts'
import { traceLayout } from '../proofs/trace-layout.ts'
import { treeLevels, treeNode } from '../tree-levels.ts'
import { knownRows, ROW_KINDS } from './known-rows.ts'
import type { KnownRows } from './known-rows.ts'
import type { OpenedClaim } from './opened-claim.ts'
import { postedView } from './posted-view.ts'
import { rowQuestions } from './row-questions.ts'
import { rowsIn } from './rows-in.ts'
import type { Walk } from './tree-nodes.ts'

/** What to ask the court next; `index` of `rows` is that of 16 rows. Requests about gram and trace include the trace leaf with the number of admitted rows. */
export type CourtQuestion =
  | { kind: 'stakes' }
  | { kind: 'node'; tree: CourtTree; level: number; index: number; stakes?: TraceOpening }
  | { kind: 'leaf'; tree: CourtTree; index: number; stakes?: TraceOpening }
  | { kind: 'rows'; index: number }
  | { kind: 'sums'; pair: PairLeafOpening; level: number; index: number }
  | { kind: 'ownSums'; member: MemberOpening; level: number; index: number }

/** A leaf of the gram tree with its path, as `requestSums` takes it. */
export interface PairLeafOpening {
  hash: Hash
  product: bigint
  pair: bigint
  position: bigint
  path: Hash[]
}

/**
 * `proof`: shows the fault; `ask`: what must be opened first; `rows`: these rows were posted, nothing is wrong with them by themselves, and the rest of the round has to be
 * replayed over them; `none`: nothing that could be opened leads to a proof.
 */
export type SearchResult =
  | { kind: 'proof'; proof: JudgeProof }
  | { kind: 'ask'; questions: CourtQuestion[] }
  | { kind: 'rows'; rows: MemberLeaf[] }
  | { kind: 'none'; reason: string }

export interface SearchInput {
  /** As posted. */
  claim: Claim
  /** The same round, replayed. */
  honest: ClaimParts
  /** The answers of the court so far. */
  opened: OpenedClaim
  /**
   * The proof against members rows, as far as they are known: `membersFraud` over the watcher's knowledge of the round, with the
   * attestations that the court had opened.
   */
  rowProof: (posted: ClaimParts, attestations: readonly KnownAttestation[]) => Promise<JudgeProof | undefined>
}

const EMPTY = new Uint8Array(32)
/** Leaves of the members tree. */
export const ROWS = 128

/** What a search knows, and what its parts share: the claim as it was posted and as it should be. */
export class SearchState {
  readonly claim: Claim
  readonly honest: ClaimParts
  readonly opened: OpenedClaim
  readonly rowProof: SearchInput['rowProof']
  /** Members rows as far as they are known. */
  readonly rows: KnownRows
  /** The claim that should have been posted. */
  readonly right: Claim

  constructor({ claim, honest, opened, rowProof }: SearchInput) {
    this.claim = claim
    this.honest = honest
    this.opened = opened
    this.rowProof = rowProof
    this.right = sealParts(honest)
    this.rows = knownRows(claim, honest, opened)
  }

  differs(field: keyof Claim, expected: Claim = this.right): boolean {
    return this.claim[field] !== expected[field]
  }

  get traced(): boolean {
    return this.differs('gramRoot') || this.differs('traceRoot')
  }

  view(expected: ClaimParts, changes: Partial<ClaimParts> = {}): ClaimParts {
    return { ...postedView(this.claim, expected, this.opened, this.rows), ...changes }
  }

  /** The first leaf of the trace, once it is known. */
  get stakes(): bigint[] | undefined {
    return this.differs('traceRoot') ? this.opened.stakes?.words : this.honest.trace[0]?.words
  }

  get sameStakes(): boolean {
    return this.stakes !== undefined && String(this.stakes) === String(this.honest.trace[0]?.words)
  }

  /** Asks for the leaves of the trace that rows follow from, unless they are known. */
  explain(): SearchResult | undefined {
    const questions = this.rowLeaves()
    return questions.length > 0 ? this.ask(questions) : undefined
  }

  rowLeaves(): CourtQuestion[] {
    const stakes = this.stakes
    if (this.rows.all || !stakes || !this.differs('traceRoot')) return []
    const { position } = traceLayout(this.honest.spec, stakes.length)
    return ROW_KINDS.map((kind) => position(kind))
      .filter((place) => !this.opened.trace.has(place))
      .map((index) => ({ kind: 'leaf', tree: CourtTree.trace, index, stakes: this.openStakes() }))
  }

  /** A trace whose first leaf stands deeper or higher than that of its number of rows. */
  misplacedStakes(view: ClaimParts, words: readonly bigint[]): SearchResult | undefined {
    const { stakes } = this.opened
    const { leaves } = traceLayout(view.spec, words.length)
    if (!stakes || !this.differs('traceRoot') || stakes.path.length === depthFor(leaves.length)) return undefined
    return this.done(buildTraceShapeProof({ ...view, trace: [stakesLeaf(words)] }, 0))
  }

  /** Inner products and trace of the rows that the claim admits. */
  expected(view: ClaimParts): ClaimParts | undefined {
    const honest = this.honest
    const alike = view.rows.length === honest.rows.length && view.rows.every((row, i) => admittedAlike(row, honest.rows[i]))
    if (!this.rows.all || alike) return honest
    const gram = rightGram(view, honest)
    if (!gram) return undefined
    const parts = { ...honest, rows: view.rows, gram }
    return { ...parts, trace: rightTrace(parts) }
  }

  walk(tree: CourtTree): Walk {
    return this.opened.tree(tree).walk(treeLevels(this.honest, tree))
  }

  toLeaf(tree: CourtTree, walk: Walk): CourtQuestion[] {
    const shaped = tree === CourtTree.gram || tree === CourtTree.trace ? { stakes: this.openStakes() } : {}
    return 'ask' in walk
      ? [{ kind: 'node', tree, ...walk.ask, ...shaped }]
      : [{ kind: 'leaf', tree, index: walk.leaf, ...shaped }]
  }

  openStakes(): TraceOpening {
    const { stakes } = this.opened
    if (!this.differs('traceRoot')) return openTrace(this.honest, TraceKind.stakes)
    return { kind: TraceKind.stakes, index: 0, words: stakes!.words, position: 0n, path: stakes!.path }
  }

  emptyAt(tree: CourtTree, levels: readonly Uint8Array[][], leaf: number): boolean {
    const depth = levels.length - 1
    const hash = this.opened.tree(tree).get(depth, leaf) ?? treeNode(levels, depth, leaf)
    return toHex(hash) === toHex(EMPTY)
  }

  ask(questions: CourtQuestion[]): SearchResult {
    return { kind: 'ask', questions }
  }

  proven(proof: JudgeProof | undefined): SearchResult {
    return proof ? this.done(proof) : { kind: 'none', reason: 'no kind of proof shows the difference' }
  }

  /** A proof, once the rows that it opens are known to be the posted ones. */
  done(proof: JudgeProof): SearchResult {
    const rows = rowsIn(proof)
    const needed = rows === 'all' ? Array.from({ length: Math.min(this.claim.members, ROWS) }, (_, i) => i) : rows
    const hidden = needed.filter((row) => !this.rows.holds(row))
    if (hidden.length === 0) return { kind: 'proof', proof }
    return this.explain() ?? this.ask(rowQuestions(hidden))
  }
}

export function stakesLeaf(words: readonly bigint[]): TraceLeaf {
  return { kind: TraceKind.stakes, index: 0, words: [...words] }
}

/** Whether two rows are equal apart from their trace values. */
export function admittedAlike(row: MemberLeaf, other: MemberLeaf | undefined): boolean {
  return (
    other !== undefined &&
    sameAddress(row.member, other.member) &&
    row.slot === other.slot &&
    row.weight === other.weight &&
    row.commitment === other.commitment &&
    row.signatureHash === other.signatureHash &&
    row.updateRoot === other.updateRoot &&
    row.held === other.held &&
    row.attestationHash === other.attestationHash &&
    row.reason === other.reason &&
    row.reasonArg === other.reasonArg &&
    isAdmitted(row.verdict) === isAdmitted(other.verdict) &&
    (isAdmitted(row.verdict) || row.verdict === other.verdict)
  )
}
