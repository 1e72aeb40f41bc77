import { commitmentsHash, membersRoot } from '../../protocol/index.ts'
import type { ClaimParts } from '../claim-parts.ts'
import type { JudgeProof } from '../proofs/proof.ts'
import { buildSealedProof } from '../proofs/prove-members.ts'
import type { KnownRound } from './known-round.ts'

/** Rows that do not hash to the digest that the operator sealed on chain. The proof needs all of them. */
export function checkSealed(posted: ClaimParts, { facts }: KnownRound): JudgeProof | undefined {
  // Of a claim that the court opens only in part, some rows may be guessed.
  const { posted: known } = posted
  if (known && membersRoot(posted.rows) !== known.claim.membersRoot) return undefined
  return commitmentsHash(posted.rows) === facts.seal.digest ? undefined : buildSealedProof(posted)
}
