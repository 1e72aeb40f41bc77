import { computeGram, createWasmKernels, pairLevels, TraceKind } from '../../aggregation/index.ts'
import { ReferenceId } from '../../protocol/index.ts'
import type { Hash } from '../../protocol/index.ts'
import type { ClaimParts, PairSums } from '../claim-parts.ts'
import type { JudgeProof } from '../proofs/proof.ts'
import { buildGramNodeProof, buildGramProof, buildGramShapeProof, buildNormProof, pairsOf } from '../proofs/prove-gram.ts'
import { buildCountProof, buildVerdictProof } from '../proofs/prove-members.ts'
import { buildTraceShapeProof } from '../proofs/prove-trace.ts'
import { admittedRows } from './admitted-rows.ts'

/** How many rows the trace and the gram tree speak of. */
export function countFraud(posted: ClaimParts): JudgeProof | undefined {
  const admitted = admittedRows(posted)
  const [first] = posted.trace
  if (!first) return admitted.length > 0 ? buildVerdictProof(posted, admitted[0]!, TraceKind.stakes) : emptyGram(posted)
  if (first.kind !== TraceKind.stakes || first.index !== 0) return buildTraceShapeProof(posted, 0)
  if (first.words.length !== admitted.length) return buildCountProof(posted)
  const size = admitted.length + (posted.spec.rule.reference === ReferenceId.none ? 0 : 1)
  return posted.gram.length === pairsOf(size) ? undefined : buildGramShapeProof(posted)
}

function emptyGram(posted: ClaimParts): JudgeProof | undefined {
  return posted.gram.length === 0 ? undefined : buildGramShapeProof(posted)
}

/** The first sum of an inner product that is not right. */
export function gramFraud(posted: ClaimParts, honest: ClaimParts): JudgeProof | undefined {
  const gram = rightGram(posted, honest)
  if (!gram) return undefined
  for (const [pair, levels] of posted.gram.entries()) {
    for (const [level, sums] of levels.entries()) {
      const index = sums.findIndex((sum, i) => sum !== gram[pair]![level]![i])
      if (index < 0) continue
      return level === 0 ? buildGramProof(posted, pair, index) : buildGramNodeProof(posted, pair, level, index)
    }
  }
  return undefined
}

/** The inner products of the rows that the posted claim admits; undefined where their bytes are not known. */
export function rightGram(posted: ClaimParts, honest: ClaimParts): PairSums[] | undefined {
  const roots = (parts: ClaimParts): Hash[] => admittedRows(parts).map((i) => parts.rows[i]!.updateRoot)
  const wanted = roots(posted)
  if (wanted.join() === roots(honest).join()) return honest.gram
  const updates = wanted.map((root) => posted.updates.get(root))
  if (updates.some((update) => update === undefined)) return undefined
  const rows = updates.map((update) => update!)
  const { reference } = posted.previous
  const gram = computeGram(createWasmKernels(), reference && rows.length > 0 ? [...rows, reference] : rows)
  return Array.from({ length: pairsOf(gram.size) }, (_, pair) =>
    pairLevels(gram, pair).map((level) => level.map(({ sum }) => sum)),
  )
}

/** An admitted row whose squared norm is outside the task's bounds. */
export function normFraud(posted: ClaimParts): JudgeProof | undefined {
  const { minNormSq, maxNormSq } = posted.spec
  const admitted = admittedRows(posted).findIndex((_, a) => {
    const norm = BigInt(posted.gram[pairsOf(a + 1) - 1]!.at(-1)![0]!)
    return norm < minNormSq || norm > maxNormSq
  })
  return admitted < 0 ? undefined : buildNormProof(posted, admitted)
}
