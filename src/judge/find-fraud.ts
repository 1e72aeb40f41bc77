import {
  computeGram,
  createWasmKernels,
  isQuarantined,
  pairLevels,
  quarantinedStake,
  ruleOf,
  TraceKind,
} from '../aggregation/index.ts'
import type { TraceLeaf } from '../aggregation/index.ts'
import {
  CHUNK,
  equalBytes,
  isAdmitted,
  ReferenceId,
  sameAddress,
  signatureHash,
  tensorChunks,
  Verdict,
} from '../protocol/index.ts'
import type { Hash, Hex, MemberLeaf, RoundRecord } from '../protocol/index.ts'
import type { ClaimParts, PairSums } from './claim-parts.ts'
import type { JudgeProof } from './proof.ts'
import { buildGramNodeProof, buildGramProof, buildGramShapeProof, buildNormProof, pairsOf } from './prove-gram.ts'
import { buildLedgerProof, buildLedgerSlotProof, buildLedgerTotalProof, buildQuarantineProof } from './prove-ledger.ts'
import {
  buildAdmissionProof,
  buildCommitmentProof,
  buildCopyProof,
  buildCountProof,
  buildExclusionProof,
  buildMissingRowProof,
  buildOmissionProof,
  buildOrderProof,
  buildRevealProof,
  buildVerdictProof,
} from './prove-members.ts'
import { buildModelProof, buildRowProof, buildTransitionProof, buildTransitionShapeProof, Part } from './prove-model.ts'
import { buildTraceProof, buildTraceShapeProof, misshapenAt, wrongTrust } from './prove-trace.ts'

/** What was signed in the round, as far as the prover knows: without it signatures, reveals, exclusions and omissions are not proved. */
export interface Witness extends Pick<RoundRecord, 'rows' | 'attestations'> {
  /** The operator's receipts, by member in lower case. */
  receipts?: ReadonlyMap<string, { commitment: Hash; signature: Hex }>
}

/**
 * The proof against the first wrong leaf of a posted claim, in the order in which leaves depend on each other: members, inner products, trace, verdicts,
 * transition, model, ledger. Everything before the first wrong leaf is right, so recomputing that leaf shows the fault.
 *
 * @param posted the claim as opened by its operator
 * @param honest the same round, replayed
 * @returns undefined when the claims agree, or differ only where no proof kind reaches (docs/judge.md lists those)
 */
export function findFraud(posted: ClaimParts, honest: ClaimParts, witness?: Witness): JudgeProof | undefined {
  const early =
    rowsFraud(posted, honest, witness) ??
    countFraud(posted) ??
    gramFraud(posted, honest) ??
    normFraud(posted) ??
    traceFraud(posted) ??
    verdictFraud(posted)
  // Where the operator admitted others without proof against it, the rest of the honest claim says nothing about the posted one.
  if (early || !sameWeights(posted, honest)) return early
  return transitionFraud(posted, honest) ?? ledgerFraud(posted, honest)
}

/** What is wrong with members rows, whatever the rest of the claim says. */
export function rowsFraud(posted: ClaimParts, honest: ClaimParts, witness?: Witness): JudgeProof | undefined {
  return rowFraud(posted, honest, witness) ?? quarantineFraud(posted) ?? admissionFraud(posted, honest, witness)
}

/** Rows by themselves: number, order, stake, slot, signature, reveal, what the verdict allows; and members without row. */
function rowFraud(posted: ClaimParts, honest: ClaimParts, witness?: Witness): JudgeProof | undefined {
  if (posted.members > posted.rows.length) return buildMissingRowProof(posted, posted.rows.length)
  if (posted.members < posted.rows.length) return buildCommitmentProof(posted, posted.rows.length - 1)
  const wrong = posted.rows.findIndex((row) => {
    const other = rowOf(honest, row)
    if (!other || row.stake !== other.stake || row.slot !== other.slot || contradictory(row)) return true
    // Without a signature there is none to judge: the commitment must be one forced on chain.
    const forced = BigInt(row.signatureHash) === 0n
    return forced && (BigInt(other.signatureHash) !== 0n || row.commitment !== other.commitment)
  })
  if (wrong >= 0) return buildCommitmentProof(posted, wrong)
  const disorder = posted.rows.findIndex((row, i) => i > 0 && posted.rows[i - 1]!.slot >= row.slot)
  if (disorder >= 0) return buildOrderProof(posted, disorder - 1)
  for (const [i, row] of posted.rows.entries()) {
    const other = rowOf(honest, row)!
    const known = witness?.rows.find(({ member }) => sameAddress(member, row.member))
    if (!known) continue
    const unsigned = row.commitment !== other.commitment || row.signatureHash !== other.signatureHash
    if (unsigned && known.source.via === 'signature' && signatureHash(known.source) === row.signatureHash)
      return buildCommitmentProof(posted, i, known.source.signature)
    if (known.reveal && BigInt(row.updateRoot) !== 0n && row.updateRoot !== known.reveal.updateRoot)
      return buildRevealProof(posted, i, known.reveal)
  }
  return witness && omissionFraud(posted, honest, witness)
}

function omissionFraud(posted: ClaimParts, honest: ClaimParts, witness: Witness): JudgeProof | undefined {
  for (const { member, slot } of honest.rows) {
    if (posted.rows.some((row) => sameAddress(row.member, member))) continue
    const forced = witness.rows.some((row) => sameAddress(row.member, member) && row.source.via === 'chain')
    if (forced) return buildOmissionProof(posted, member, slot)
    const receipt = witness.receipts?.get(member.toLowerCase())
    if (receipt) return buildOmissionProof(posted, member, slot, receipt)
  }
  return undefined
}

function rowOf(parts: ClaimParts, row: MemberLeaf): MemberLeaf | undefined {
  return parts.rows.find((other) => sameAddress(other.member, row.member))
}

function contradictory(row: MemberLeaf): boolean {
  const carries = row.weight !== 0 || row.score !== 0n
  if (row.verdict > 6 || (carries && row.verdict !== 3 && row.verdict !== 4)) return true
  const revealed = BigInt(row.updateRoot) !== 0n
  return row.verdict === Verdict.unrevealed || row.verdict === Verdict.quarantined
    ? revealed
    : isAdmitted(row.verdict) && !revealed
}

/** Rows refused for what earlier rounds showed, or not refused, against the ledger before the round. */
function quarantineFraud(posted: ClaimParts): JudgeProof | undefined {
  const wrong = posted.rows.findIndex(
    ({ slot, verdict }) => isQuarantined(posted.previous.ledger.get(slot), posted.round) !== (verdict === Verdict.quarantined),
  )
  return wrong < 0 ? undefined : buildQuarantineProof(posted, wrong)
}

/** Rows called unrevealed or unavailable that are not, and admitted rows that must not be. */
function admissionFraud(posted: ClaimParts, honest: ClaimParts, witness?: Witness): JudgeProof | undefined {
  for (const [i, row] of posted.rows.entries()) {
    const other = rowOf(honest, row)!
    if (row.verdict < 2 && other.verdict >= 2) {
      const reveal = witness?.rows.find(({ member }) => sameAddress(member, row.member))?.reveal
      const attestations = witness?.attestations.filter(({ held }) => (held >> BigInt(i)) & 1n)
      if (reveal && attestations) return buildExclusionProof(posted, i, { reveal, attestations })
    }
    if (!isAdmitted(row.verdict) || isAdmitted(other.verdict)) continue
    const twin = posted.rows.findIndex(({ updateRoot }, j) => j !== i && updateRoot === row.updateRoot)
    if (twin >= 0) return buildCopyProof(posted, i, twin)
    const update = posted.updates.get(row.updateRoot)
    const end = tensorChunks(posted.spec) * CHUNK
    const at = update?.findIndex((value, k) => value === -128 || (k >= end && value !== 0)) ?? -1
    if (at >= 0) return buildAdmissionProof(posted, i, Math.floor(at / CHUNK))
  }
  return undefined
}

/** How many rows the trace and the gram tree speak of. */
function countFraud(posted: ClaimParts): JudgeProof | undefined {
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

export function admittedRows(parts: ClaimParts): number[] {
  return parts.rows.flatMap((row, i) => (isAdmitted(row.verdict) ? [i] : []))
}

function gramFraud(posted: ClaimParts, honest: ClaimParts): JudgeProof | undefined {
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

export function normFraud(posted: ClaimParts): JudgeProof | undefined {
  const { minNormSq, maxNormSq } = posted.spec
  const admitted = admittedRows(posted).findIndex((_, a) => {
    const norm = BigInt(posted.gram[pairsOf(a + 1) - 1]!.at(-1)![0]!)
    return norm < minNormSq || norm > maxNormSq
  })
  return admitted < 0 ? undefined : buildNormProof(posted, admitted)
}

/** The trace against the rule, from the claim's own rows and inner products, which are right by now. */
function traceFraud(posted: ClaimParts): JudgeProof | undefined {
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
    stakes: rows.map(({ stake }) => stake),
    quarantined: quarantinedStake(posted.rows),
    tieBreak: rows.map(({ updateRoot }) => updateRoot),
    hasReference,
    spec: posted.spec.rule,
  }
}

/** Rows against the trace. */
export function verdictFraud(posted: ClaimParts): JudgeProof | undefined {
  const words = (kind: number): bigint[] => posted.trace.find((leaf) => leaf.kind === kind)?.words ?? []
  const admitted = admittedRows(posted)
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

/** Whether two claims admit the same updates with the same weights: else the rest of one says nothing about the other. */
export function sameWeights(posted: ClaimParts, honest: ClaimParts): boolean {
  const key = (parts: ClaimParts): string =>
    parts.rows
      .map(
        ({ member, verdict, weight, updateRoot }) =>
          `${member} ${isAdmitted(verdict) ? verdict : 0} ${weight} ${weight ? updateRoot : ''}`,
      )
      .join()
  return key(posted).toLowerCase() === key(honest).toLowerCase()
}

function transitionFraud(posted: ClaimParts, honest: ClaimParts): JudgeProof | undefined {
  const none = new Uint8Array(32)
  for (const chunk of posted.transition.keys()) {
    const right = honest.transition[chunk]!
    const proof = transitionFraudAt(posted, chunk, right)
    if (proof) return proof
    if (!equalBytes(posted.model[chunk]!, right.at(-3)!)) return buildModelProof(posted, chunk, Part.newModel)
    if (!equalBytes(posted.reference?.[chunk] ?? none, right.at(-1)!)) return buildModelProof(posted, chunk, Part.newReference)
  }
  return undefined
}

/** The proof against a transition leaf by itself. @param right the words it should have */
export function transitionFraudAt(posted: ClaimParts, chunk: number, right: readonly Uint8Array[]): JudgeProof | undefined {
  const words = posted.transition[chunk]!
  if (words.length < 4) return buildTransitionShapeProof(posted, chunk)
  if (words.length !== right.length) return buildRowProof(posted, chunk, 0)
  const rows = words.length - 4
  const different = (i: number): boolean => !equalBytes(words[i]!, right[i]!)
  for (let k = 0; k < rows; k++) if (different(k)) return buildRowProof(posted, chunk, k)
  if (different(rows)) return buildModelProof(posted, chunk, Part.oldModel)
  if (different(rows + 2)) return buildModelProof(posted, chunk, Part.oldReference)
  return different(rows + 1) || different(rows + 3) ? buildTransitionProof(posted, chunk) : undefined
}

function ledgerFraud(posted: ClaimParts, honest: ClaimParts): JudgeProof | undefined {
  const different = (slot: number): boolean => {
    const [leaf, right] = [posted.ledger.get(slot), honest.ledger.get(slot)]
    return (
      leaf?.reward !== right?.reward ||
      leaf?.strikes !== right?.strikes ||
      leaf?.reputation !== right?.reputation ||
      leaf?.extra !== right?.extra ||
      leaf?.member.toLowerCase() !== right?.member.toLowerCase()
    )
  }
  const wrong = posted.rows.findIndex(({ slot }) => different(slot))
  if (wrong >= 0) return buildLedgerProof(posted, wrong)
  const elsewhere = [...new Set([...posted.ledger.keys(), ...honest.ledger.keys()])].find(different)
  if (elsewhere !== undefined) return buildLedgerSlotProof(posted, elsewhere)
  return posted.ledgerTotal === honest.ledgerTotal ? undefined : buildLedgerTotalProof(posted)
}
