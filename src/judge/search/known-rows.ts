import { TraceKind } from '../../aggregation/index.ts'
import { CourtTree, Reason, toHex, Verdict, ZERO_HASH } from '../../protocol/index.ts'
import type { Claim, MemberLeaf } from '../../protocol/index.ts'
import type { ClaimParts } from '../claim-parts.ts'
import { admittedRows } from '../fraud/index.ts'
import { traceLayout } from '../proofs/trace-layout.ts'
import { treeLevels, treeNode } from '../tree-levels.ts'
import type { OpenedClaim } from './opened-claim.ts'

/** Members rows of a posted claim, as far as they are known. */
export interface KnownRows {
  rows: MemberLeaf[]
  /** The tree over `rows`. */
  levels: Uint8Array[][]
  /** All of them are the posted ones. */
  all: boolean
  /** Whether this row is the posted one. */
  holds: (row: number) => boolean
}

/** Leaves of the trace that determine the unsigned fields of the rows. */
export const ROW_KINDS = [TraceKind.weights, TraceKind.scores, TraceKind.verdicts] as const

/**
 * The rows that were posted. A row costs a bond to open, and an operator that recomputes everything after a lie changes
 * all of them; so the search first takes weights, scores and verdicts from three opened leaves of the trace. If rows
 * with these values hash to the posted root, those rows were posted.
 */
export function knownRows(claim: Claim, honest: ClaimParts, opened: OpenedClaim): KnownRows {
  const plain = honest.rows.slice(0, Math.min(claim.members, honest.rows.length))
  const guesses = [...candidates(claim, honest, opened), plain, honest.rows, ...shorter(claim, honest)].map((rows) =>
    known(rows, honest, opened),
  )
  const nodes = opened.tree(CourtTree.members)
  const sure = guesses.find(({ levels }) => toHex(treeNode(levels, 0, 0)) === claim.membersRoot)
  if (sure) return { ...sure, all: true, holds: () => true }
  const guess = guesses[0]!
  return { ...guess, all: false, holds: (row) => opened.rows.has(row) || nodes.holds(guess.levels, row) }
}

/** One row left out, and nothing else. */
function shorter({ members }: Claim, { rows }: ClaimParts): MemberLeaf[][] {
  return members === rows.length - 1 ? rows.map((_, i) => rows.toSpliced(i, 1)) : []
}

function known(guess: readonly MemberLeaf[], honest: ClaimParts, opened: OpenedClaim): Pick<KnownRows, 'rows' | 'levels'> {
  const rows = [...guess]
  for (const [i, { row }] of [...opened.rows].sort(([a], [b]) => a - b)) if (i <= rows.length) rows[i] = row
  return { rows, levels: treeLevels({ ...honest, rows }, CourtTree.members) }
}

/** Rows that agree with the opened leaves of the trace: with nobody left out, or one row more or less admitted, or one missing. */
function candidates(claim: Claim, honest: ClaimParts, opened: OpenedClaim): MemberLeaf[][] {
  const count = opened.stakes?.words.length
  if (count === undefined) return []
  const { position } = traceLayout(honest.spec, count)
  const [weights, scores, verdicts] = ROW_KINDS.map((kind) => {
    const leaf = opened.trace.get(position(kind))
    return leaf?.kind === kind && leaf.words.length === count ? leaf.words : undefined
  })
  if (!weights || !scores || !verdicts) return []
  if (
    weights.some((w) => w < 0n || w >> 32n) ||
    scores.some((s) => s < 0n || s >> 128n) ||
    verdicts.some((v) => v < 0n || v >> 8n)
  )
    return []
  const follow = (rows: readonly MemberLeaf[], admitted: readonly number[]): MemberLeaf[] =>
    rows.map((row, i) => {
      const a = admitted.indexOf(i)
      if (a < 0) return { ...row, beta: 0, score: 0n }
      return {
        ...row,
        verdict: Number(verdicts[a]) as Verdict,
        reason: Reason.none,
        reasonArg: ZERO_HASH,
        beta: Number(weights[a]),
        score: scores[a]!,
      }
    })
  const { rows } = honest
  const admitted = admittedRows(honest)
  if (count === admitted.length) return [follow(rows, admitted)]
  if (count === admitted.length + 1) {
    const others = rows.flatMap((_, i) => (admitted.includes(i) ? [] : [i]))
    return others.map((i) =>
      follow(
        rows,
        [...admitted, i].sort((a, b) => a - b),
      ),
    )
  }
  if (count !== admitted.length - 1) return []
  return admitted.flatMap((left) => {
    const rest = admitted.filter((i) => i !== left)
    if (claim.members === rows.length - 1) {
      const moved = rest.map((i) => (i > left ? i - 1 : i))
      return [follow(rows.toSpliced(left, 1), moved)]
    }
    return [
      { verdict: Verdict.unavailable, updateRoot: ZERO_HASH },
      { verdict: Verdict.quarantined, updateRoot: ZERO_HASH },
    ].map((called) => follow(rows.with(left, { ...rows[left]!, ...called }), rest))
  })
}
