import {
  buildAttestationProof,
  buildAvailabilityProof,
  buildCertificateProof,
  buildCommitmentProof,
  buildCopyProof,
  buildCountProof,
  buildSealedProof,
  buildGramNodeProof,
  buildGramProof,
  buildGramShapeProof,
  buildLedgerProof,
  buildLedgerSlotProof,
  buildLedgerTotalProof,
  buildModelProof,
  buildNormProof,
  buildOmissionProof,
  buildOrderProof,
  buildOwnNodeProof,
  buildOwnSegmentProof,
  buildQuarantineProof,
  buildRevealProof,
  buildRowProof,
  buildTraceProof,
  buildTraceShapeProof,
  buildTransitionProof,
  buildTransitionShapeProof,
  buildValueProof,
  buildVerdictProof,
  revealsOf,
  signatureOf,
} from '../../../src/judge/index.ts'
import type { JudgeProof, Part } from '../../../src/judge/index.ts'
import { TraceKind } from '../../../src/aggregation/index.ts'
import type { Random } from './random-round.ts'
import { isAdmitted, Verdict } from '../../../src/protocol/index.ts'
import { signReceipt } from './signed-round.ts'
import type { SignedRound } from './signed-round.ts'

/** One proof of every kind that the round has leaves for, at random places: against an honest claim each must fail with `NoFault`. */
export async function everyProof({ honest: parts, known }: SignedRound, random: Random): Promise<JudgeProof[]> {
  const chunk = random(parts.transition.length)
  const admitted = parts.rows.flatMap((row, i) => (isAdmitted(row.verdict) ? [i] : []))
  const carrying = parts.transition[0]!.length - 4
  const parted = (parts.reference ? random(4) : random(2)) as Part
  const proofs = [
    buildTransitionProof(parts, chunk),
    buildTransitionShapeProof(parts, chunk),
    buildModelProof(parts, chunk, parted),
    buildLedgerTotalProof(parts),
    buildLedgerSlotProof(parts, random(64)),
  ]
  if (parts.rows.length > 0) {
    const row = random(parts.rows.length)
    const { member, slot, commitment, signatureHash, attestationHash } = parts.rows[row]!
    const attestation = signatureOf(known.statements, attestationHash)
    const signature = signatureOf(known.statements, signatureHash) ?? '0x'
    const [reveal] = revealsOf(known, parts.rows[row]!)
    proofs.push(
      buildCommitmentProof(parts, row),
      buildCommitmentProof(parts, row, signature),
      buildLedgerProof(parts, row),
      buildQuarantineProof(parts, row),
      buildOmissionProof(parts, member, slot, { commitment, signature: await signReceipt(parts.round, member, commitment) }),
      buildCertificateProof(parts),
      buildAvailabilityProof(parts, row),
      buildSealedProof(parts),
    )
    if (reveal) proofs.push(buildRevealProof(parts, row, reveal))
    if (attestation) proofs.push(buildAttestationProof(parts, row, attestation))
  }
  if (parts.rows.length > 1) {
    const row = random(parts.rows.length - 1)
    proofs.push(buildOrderProof(parts, row), buildCopyProof(parts, row, row + 1))
  }
  const available = parts.rows.flatMap(({ verdict }, i) => (verdict >= Verdict.inadmissible ? [i] : []))
  if (available.length > 0) proofs.push(buildValueProof(parts, available[random(available.length)]!, chunk))
  for (const [row, sums] of parts.norms) {
    proofs.push(buildValueProof(parts, row, chunk), buildOwnNodeProof(parts, row, sums.length - 1, 0))
    proofs.push(buildOwnSegmentProof(parts, row, random(sums[0]!.length)))
    if (sums.length > 1) proofs.push(buildOwnNodeProof(parts, row, sums.length - 2, 0))
  }
  if (carrying > 0) proofs.push(buildRowProof(parts, chunk, random(carrying)))
  if (admitted.length > 0) {
    const row = admitted[random(admitted.length)]!
    const kind = [TraceKind.stakes, TraceKind.weights, TraceKind.scores, TraceKind.verdicts][random(4)]!
    const pair = random(parts.gram.length)
    proofs.push(
      buildVerdictProof(parts, row, kind),
      buildCountProof(parts),
      buildGramProof(parts, pair, random(parts.gram[0]![0]!.length)),
      buildGramShapeProof(parts, pair),
      buildNormProof(parts, random(admitted.length)),
      buildTraceShapeProof(parts, random(parts.trace.length)),
    )
    if (parts.gram[0]!.length > 1) proofs.push(buildGramNodeProof(parts, pair, 1, 0))
    proofs.push(...everyStep({ honest: parts }, random))
  }
  return proofs
}

/** A proof of every step of the trace, at a random index and word of each kind. */
export function everyStep({ honest: parts }: Pick<SignedRound, 'honest'>, random: Random): JudgeProof[] {
  return [...new Set(parts.trace.map(({ kind }) => kind))].map((kind) => {
    const leaves = parts.trace.filter((leaf) => leaf.kind === kind)
    const { index, words } = leaves[random(leaves.length)]!
    return buildTraceProof(parts, kind, index, random(words.length), random(words.length))
  })
}
