import { TraceKind } from '../aggregation/index.ts'
import { equalBytes, sameAddress, toHex } from '../protocol/index.ts'
import type { MemberLeaf } from '../protocol/index.ts'
import type { ClaimParts } from './claim-parts.ts'
import { isAdmitted } from './openings.ts'
import type { JudgeProof } from './proof.ts'
import { buildGramNodeProof, buildGramProof } from './prove-gram.ts'
import { buildLedgerProof, buildLedgerTotalProof } from './prove-ledger.ts'
import {
  buildCommitmentProof,
  buildCountProof,
  buildMissingRowProof,
  buildOrderProof,
  buildVerdictProof,
} from './prove-members.ts'
import { buildModelProof, buildRowProof, buildTransitionProof, Part } from './prove-model.ts'

/**
 * The proof against the first wrong leaf of a posted claim, in the order in which leaves depend on each other: members, inner products, trace, verdicts,
 * transition, model, ledger. Everything before the first wrong leaf is right, so recomputing that leaf shows the fault.
 *
 * @param posted the claim as opened by its operator
 * @param honest the same round, replayed
 * @returns undefined when the claims agree, or differ only where no proof kind reaches (docs/judge.md lists those)
 */
export function findFraud(posted: ClaimParts, honest: ClaimParts): JudgeProof | undefined {
  return (
    rowFraud(posted, honest) ??
    gramFraud(posted, honest) ??
    verdictFraud(posted) ??
    transitionFraud(posted, honest) ??
    ledgerFraud(posted, honest)
  )
}

/** Rows by themselves: number, order, stake, slot, what the verdict allows. */
function rowFraud(posted: ClaimParts, honest: ClaimParts): JudgeProof | undefined {
  if (posted.members > posted.rows.length) return buildMissingRowProof(posted, posted.rows.length)
  if (posted.members < posted.rows.length) return buildCommitmentProof(posted, posted.rows.length - 1)
  const disorder = posted.rows.findIndex((row, i) => i > 0 && posted.rows[i - 1]!.slot >= row.slot)
  const known = (row: MemberLeaf): MemberLeaf | undefined => honest.rows.find((other) => sameAddress(other.member, row.member))
  const wrong = posted.rows.findIndex((row) => {
    const other = known(row)
    return !other || row.stake !== other.stake || row.slot !== other.slot || contradictory(row)
  })
  if (wrong >= 0) return buildCommitmentProof(posted, wrong)
  return disorder >= 0 ? buildOrderProof(posted, disorder - 1) : undefined
}

function contradictory(row: MemberLeaf): boolean {
  const carries = row.weight !== 0 || row.score !== 0n
  if (row.verdict > 6 || (carries && row.verdict !== 3 && row.verdict !== 4)) return true
  const revealed = BigInt(row.updateRoot) !== 0n
  return row.verdict === 0 ? revealed : isAdmitted(row) && !revealed
}

function gramFraud(posted: ClaimParts, honest: ClaimParts): JudgeProof | undefined {
  for (const [pair, levels] of posted.gram.entries()) {
    const right = honest.gram[pair]
    if (!right) return undefined
    for (const [level, sums] of levels.entries()) {
      const index = sums.findIndex((sum, i) => sum !== right[level]![i])
      if (index < 0) continue
      return level === 0 ? buildGramProof(posted, pair, index) : buildGramNodeProof(posted, pair, level, index)
    }
  }
  return undefined
}

/** Rows against the trace. */
function verdictFraud(posted: ClaimParts): JudgeProof | undefined {
  const words = (kind: number): bigint[] => posted.trace.find((leaf) => leaf.kind === kind)?.words ?? []
  const admitted = posted.rows.flatMap((row, i) => (isAdmitted(row) ? [i] : []))
  if (posted.trace.length > 0 && words(TraceKind.stakes).length !== admitted.length) return buildCountProof(posted)
  for (const [kind, field] of [
    [TraceKind.stakes, (row: MemberLeaf) => row.stake],
    [TraceKind.weights, (row: MemberLeaf) => BigInt(row.weight)],
    [TraceKind.scores, (row: MemberLeaf) => row.score],
    [TraceKind.verdicts, (row: MemberLeaf) => BigInt(row.verdict)],
  ] as const) {
    const wrong = admitted.findIndex((row, a) => field(posted.rows[row]!) !== words(kind)[a])
    if (wrong >= 0) return buildVerdictProof(posted, admitted[wrong]!, kind)
  }
  return undefined
}

function transitionFraud(posted: ClaimParts, honest: ClaimParts): JudgeProof | undefined {
  for (const [chunk, words] of posted.transition.entries()) {
    const right = honest.transition[chunk]!
    if (words.length !== right.length) return buildRowProof(posted, chunk, 0)
    const rows = words.length - 4
    const different = (i: number): boolean => !equalBytes(words[i]!, right[i]!)
    for (let k = 0; k < rows; k++) if (different(k)) return buildRowProof(posted, chunk, k)
    if (different(rows)) return buildModelProof(posted, chunk, Part.oldModel)
    if (different(rows + 2)) return buildModelProof(posted, chunk, Part.oldReference)
    if (different(rows + 1) || different(rows + 3)) return buildTransitionProof(posted, chunk)
    if (toHex(posted.model[chunk]!) !== toHex(right[rows + 1]!)) return buildModelProof(posted, chunk, Part.newModel)
    const reference = posted.reference?.[chunk]
    if (reference && !equalBytes(reference, right[rows + 3]!)) return buildModelProof(posted, chunk, Part.newReference)
  }
  return undefined
}

function ledgerFraud(posted: ClaimParts, honest: ClaimParts): JudgeProof | undefined {
  const wrong = posted.rows.findIndex(({ slot }) => {
    const [leaf, right] = [posted.ledger.get(slot), honest.ledger.get(slot)]
    return (
      leaf?.reward !== right?.reward ||
      leaf?.strikes !== right?.strikes ||
      leaf?.reputation !== right?.reputation ||
      leaf?.extra !== right?.extra ||
      leaf?.member.toLowerCase() !== right?.member.toLowerCase()
    )
  })
  if (wrong >= 0) return buildLedgerProof(posted, wrong)
  return posted.ledgerTotal === honest.ledgerTotal ? undefined : buildLedgerTotalProof(posted)
}
