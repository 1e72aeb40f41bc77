import { quarantinedWeight, ruleOf, TraceKind } from '../../aggregation/index.ts'
import type { TraceLeaf } from '../../aggregation/index.ts'
import { coordinatesOf, isAdmitted, ReferenceId } from '../../protocol/index.ts'
import type { MemberLeaf } from '../../protocol/index.ts'
import type { ClaimParts } from '../claim-parts.ts'
import type { JudgeProof } from '../proofs/proof.ts'
import { pairsOf } from '../proofs/prove-gram.ts'
import { buildVerdictProof } from '../proofs/prove-members.ts'
import { buildTraceProof, buildTraceShapeProof, misshapenAt, wrongTrust } from '../proofs/prove-trace.ts'
import { admittedRows } from './admitted-rows.ts'

/** The trace against the rule, from the claim's own rows and inner products, which are right by now. */
export function traceFraud(posted: ClaimParts): JudgeProof | undefined {
  if (posted.trace.length === 0) return undefined
  const misshapen = misshapenAt(posted)
  if (misshapen !== undefined) return buildTraceShapeProof(posted, misshapen)
  const right = rightTrace(posted)
  for (const [place, leaf] of right.entries()) {
    const proof = traceFraudAt(posted, place, leaf)
    if (proof) return proof
  }
  return undefined
}

/** The trace that the claim's own rows and inner products give. */
export function rightTrace(posted: ClaimParts): TraceLeaf[] {
  return ruleOf(posted.spec.rule.rule).weights(ruleInput(posted)).trace
}

/** The proof against a trace leaf of the right kind and length, all leaves before which are right. */
export function traceFraudAt(posted: ClaimParts, place: number, right: TraceLeaf): JudgeProof | undefined {
  const { kind, index, words } = posted.trace[place]!
  const word = words.findIndex((value, i) => value !== right.words[i])
  if (word < 0) return undefined
  if (kind !== TraceKind.trust) return buildTraceProof(posted, kind, index, word)
  const [row, other] = wrongTrust(posted)!
  return buildTraceProof(posted, kind, index, row, other)
}

function ruleInput(posted: ClaimParts): Parameters<ReturnType<typeof ruleOf>['weights']>[0] {
  const rows = posted.rows.filter(({ verdict }) => isAdmitted(verdict))
  const hasReference = posted.spec.rule.reference !== ReferenceId.none
  const size = rows.length + (hasReference ? 1 : 0)
  const matrix = new Float64Array(size * size)
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      matrix[i * size + j] = matrix[j * size + i] = posted.gram[pairsOf(i) + j]!.at(-1)![0]!
    }
  }
  return {
    gram: { size, matrix },
    stakes: rows.map(({ weight }) => weight),
    quarantined: quarantinedWeight(posted.rows),
    tieBreak: rows.map(({ updateRoot }) => updateRoot),
    hasReference,
    spec: posted.spec.rule,
    coordinates: coordinatesOf(posted.spec),
  }
}

/** Rows against the trace. */
export function verdictFraud(posted: ClaimParts): JudgeProof | undefined {
  const words = (kind: number): bigint[] => posted.trace.find((leaf) => leaf.kind === kind)?.words ?? []
  const admitted = admittedRows(posted)
  for (const [kind, field] of [
    [TraceKind.stakes, (row: MemberLeaf) => row.weight],
    [TraceKind.weights, (row: MemberLeaf) => BigInt(row.beta)],
    [TraceKind.scores, (row: MemberLeaf) => row.score],
    [TraceKind.verdicts, (row: MemberLeaf) => BigInt(row.verdict)],
  ] as const) {
    const wrong = admitted.findIndex((row, a) => field(posted.rows[row]!) !== words(kind)[a])
    if (wrong >= 0) return buildVerdictProof(posted, admitted[wrong]!, kind)
  }
  return undefined
}
