import { BUCKETS_KIND, TraceKind } from '../../../src/aggregation/index.ts'
import {
  buildBucketTotalProof,
  buildCommitmentProof,
  buildCopyProof,
  buildCountProof,
  buildGramNodeProof,
  buildGramShapeProof,
  buildLedgerProof,
  buildLedgerSlotProof,
  buildLedgerTotalProof,
  buildModelProof,
  buildNormProof,
  buildOrderProof,
  buildQuarantineProof,
  buildTraceProof,
  buildTraceShapeProof,
  buildTransitionProof,
  buildTransitionShapeProof,
  buildVerdictProof,
  Part,
  summedBuckets,
} from '../../../src/judge/index.ts'
import type { ClaimParts, JudgeProof } from '../../../src/judge/index.ts'
import { isAdmitted, Reason, toHex, Verdict, word, ZERO_HASH } from '../../../src/protocol/index.ts'
import { everyStep } from './every-proof.ts'
import { randomOf } from './random-round.ts'

/** Of the operator of `claimRound`. */
const OPERATOR_SLOT = 100

export interface NamedProof {
  name: string
  proof: JudgeProof
}

/** The proofs that are not about sums, against the honest claim of a round in buckets: none may show a fault. */
export function otherHonestProofs(parts: ClaimParts, seed: number): NamedProof[] {
  const random = randomOf(seed)
  const chunk = random(parts.transition.length)
  const proofs: JudgeProof[] = [
    buildTransitionProof(parts, chunk),
    buildTransitionShapeProof(parts, chunk),
    buildModelProof(parts, chunk, parts.reference ? (random(4) as Part) : Part.newModel),
    buildLedgerTotalProof(parts),
    buildLedgerSlotProof(parts, OPERATOR_SLOT),
    buildLedgerSlotProof(parts, 1023),
  ]
  for (const row of parts.rows.keys()) {
    proofs.push(buildCommitmentProof(parts, row), buildLedgerProof(parts, row), buildQuarantineProof(parts, row))
    if (row > 0) proofs.push(buildOrderProof(parts, row - 1))
    // A row without update has no reason that could be wrong.
    if (row > 0 && parts.rows[row]!.updateRoot !== ZERO_HASH) proofs.push(buildCopyProof(parts, row, row - 1))
  }
  const summed = summedBuckets(parts)
  if (summed.length > 0) {
    const pair = random(parts.gram.length)
    proofs.push(
      buildCountProof(parts),
      buildGramShapeProof(parts, pair),
      buildNormProof(parts, random(summed.length)),
      ...parts.trace.map((_, position) => buildTraceShapeProof(parts, position)),
      ...everyStep({ honest: parts }, random),
    )
    if (parts.gram[0]!.length > 1) proofs.push(buildGramNodeProof(parts, pair, 1, 0))
  }
  return proofs.map((proof, k) => ({ name: `${proof.functionName} ${k}`, proof }))
}

/** Lies about what is not a sum, each of which has its proof. */
export function otherLies(parts: ClaimParts, seed: number): NamedProof[] {
  const random = randomOf(seed)
  const lies: NamedProof[] = []
  const add = (name: string, proof: JudgeProof): void => void lies.push({ name, proof })
  const withRow = (row: number, change: Partial<ClaimParts['rows'][number]>): ClaimParts => ({
    ...parts,
    rows: parts.rows.with(row, { ...parts.rows[row]!, ...change }),
  })
  add('the total', buildBucketTotalProof({ ...parts, ledgerTotal: parts.ledgerTotal + 1n }))
  const [void_] = parts.rows.flatMap(({ reason }, row) => (reason === Reason.bucket ? [row] : []))
  if (void_ !== undefined) {
    const changed = withRow(void_, { reasonArg: toHex(word(1n)) })
    add('a void row has an argument', buildCommitmentProof(changed, void_))
  }
  const row = random(parts.rows.length)
  const { slot, member } = parts.rows[row]!
  const quarantined = withRow(row, { verdict: Verdict.quarantined, reason: Reason.none, reasonArg: ZERO_HASH })
  add('a row is quarantined', buildQuarantineProof(quarantined, row))
  const leaf = parts.ledger.get(slot) ?? { member, reward: 0n, strikes: 0, reputation: 0, extra: ZERO_HASH }
  for (const [field, change] of Object.entries({
    reward: { reward: leaf.reward + 1n },
    strikes: { strikes: 256 },
    reputation: { reputation: 8192 },
  }))
    add(
      `the ${field} of a member`,
      buildLedgerProof({ ...parts, ledger: new Map([...parts.ledger, [slot, { ...leaf, ...change }]]) }, row),
    )
  if (parts.trace.length === 0) return lies
  const last = parts.trace.length - 1
  add('a trace without the buckets', buildTraceShapeProof({ ...parts, trace: parts.trace.slice(0, -1) }, last))
  const longer = parts.trace.with(last, { ...parts.trace[last]!, words: [...parts.trace[last]!.words, 1n] })
  add('the buckets of another trace', buildTraceShapeProof({ ...parts, trace: longer }, last))
  for (const { kind, index, words } of parts.trace) {
    if (kind === TraceKind.stakes || kind === BUCKETS_KIND || random(4) > 0) continue
    const at = random(words.length)
    const trace = parts.trace.map((one) =>
      one.kind === kind && one.index === index ? { ...one, words: words.with(at, words[at]! + 1n) } : one,
    )
    add(`trace leaf ${kind} ${index}`, buildTraceProof({ ...parts, trace }, kind, index, at))
  }
  const admitted = parts.rows.findIndex(({ verdict }) => isAdmitted(verdict))
  const bare = { ...parts, trace: [], gram: [] }
  if (admitted >= 0) add('admitted rows without a trace', buildVerdictProof(bare, admitted, TraceKind.stakes))
  return lies
}
