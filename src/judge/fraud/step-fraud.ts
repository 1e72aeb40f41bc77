import { equalBytes } from '../../protocol/index.ts'
import type { ClaimParts } from '../claim-parts.ts'
import type { JudgeProof } from '../proofs/proof.ts'
import { buildModelProof, buildRowProof, buildTransitionProof, buildTransitionShapeProof, Part } from '../proofs/prove-model.ts'

/** What follows from the weights, chunk by chunk: transition leaf, model and reference. */
export function transitionFraud(posted: ClaimParts, honest: ClaimParts): JudgeProof | undefined {
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
