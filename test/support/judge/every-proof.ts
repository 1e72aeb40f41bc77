import { TraceKind } from '../../../src/aggregation/index.ts'
import {
  buildCommitmentProof,
  buildCountProof,
  buildGramNodeProof,
  buildGramProof,
  buildLedgerProof,
  buildLedgerTotalProof,
  buildModelProof,
  buildNormProof,
  buildOrderProof,
  buildRowProof,
  buildTransitionProof,
  buildVerdictProof,
} from '../../../src/judge/index.ts'
import type { ClaimParts, JudgeProof, Part } from '../../../src/judge/index.ts'
import type { Random } from './random-round.ts'

/** One proof of every kind that the round has leaves for, at random places: against an honest claim each must fail with `NoFault`. */
export function everyProof(parts: ClaimParts, random: Random): JudgeProof[] {
  const chunk = random(parts.transition.length)
  const segments = parts.gram[0]?.[0]?.length ?? 0
  const admitted = parts.rows.flatMap((row, i) => (row.verdict >= 3 ? [i] : []))
  const carrying = parts.transition[0]!.length - 4
  const parted = (parts.reference ? random(4) : random(2)) as Part
  const proofs = [buildTransitionProof(parts, chunk), buildModelProof(parts, chunk, parted), buildLedgerTotalProof(parts)]
  if (parts.rows.length > 0) {
    proofs.push(buildCommitmentProof(parts, random(parts.rows.length)), buildLedgerProof(parts, random(parts.rows.length)))
  }
  if (parts.rows.length > 1) proofs.push(buildOrderProof(parts, random(parts.rows.length - 1)))
  if (carrying > 0) proofs.push(buildRowProof(parts, chunk, random(carrying)))
  if (admitted.length > 0) {
    const kind = [TraceKind.stakes, TraceKind.weights, TraceKind.scores, TraceKind.verdicts][random(4)]!
    proofs.push(
      buildVerdictProof(parts, admitted[random(admitted.length)]!, kind),
      buildCountProof(parts),
      buildGramProof(parts, random(parts.gram.length), random(segments)),
      buildNormProof(parts, random(admitted.length)),
    )
    if (segments > 1) proofs.push(buildGramNodeProof(parts, random(parts.gram.length), 1, 0))
  }
  return proofs
}
