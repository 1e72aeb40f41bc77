import { TraceKind } from '../../aggregation/index.ts'
import { isAdmitted } from '../../protocol/index.ts'
import type { Address, Hash, Hex } from '../../protocol/index.ts'
import type { ClaimParts } from '../claim-parts.ts'
import { caseOf, memberPath, openAround, openExcluded, openMember, openTrace, specArgument } from './openings.ts'
import type { JudgeProof } from './proof.ts'

/**
 * A members row that contradicts itself or the chain.
 *
 * @param signature what the row's `signatureHash` hashes, to show that it is not one of the member's key; none to judge the rest of the row
 */
export function buildCommitmentProof(parts: ClaimParts, row: number, signature: Hex = '0x'): JudgeProof {
  return { functionName: 'proveCommitment', args: [caseOf(parts), openMember(parts, row), signature] }
}

/** A row with another update root than its commitment opens to. */
export function buildRevealProof(parts: ClaimParts, row: number, reveal: { updateRoot: Hash; salt: Hash }): JudgeProof {
  return { functionName: 'proveReveal', args: [caseOf(parts), openMember(parts, row), reveal.updateRoot, reveal.salt] }
}

/**
 * A row whose attestation is not one of the member's key, over the rows of the claim.
 *
 * @param signature what the row's `attestationHash` hashes
 */
export function buildAttestationProof(parts: ClaimParts, row: number, signature: Hex): JudgeProof {
  return { functionName: 'proveAttestation', args: [caseOf(parts), parts.rows, BigInt(row), signature] }
}

/** Too little weight is sealed, or too little of it attests. */
export function buildCertificateProof(parts: ClaimParts): JudgeProof {
  return { functionName: 'proveCertificate', args: [caseOf(parts), specArgument(parts.spec), parts.rows] }
}

/** Rows that were not sealed: with all of them the judge computes the digest. */
export function buildSealedProof(parts: ClaimParts): JudgeProof {
  return { functionName: 'proveSealed', args: [caseOf(parts), parts.rows] }
}

/** A row that is unavailable against the attestations in the claim, or is not although it should be. */
export function buildAvailabilityProof(parts: ClaimParts, row: number): JudgeProof {
  return { functionName: 'proveAvailability', args: [caseOf(parts), specArgument(parts.spec), parts.rows, BigInt(row)] }
}

/** Rows `row` and `row + 1` are not in slot order. */
export function buildOrderProof(parts: ClaimParts, row: number): JudgeProof {
  return { functionName: 'proveOrder', args: [caseOf(parts), openMember(parts, row), openMember(parts, row + 1)] }
}

/** A row below the claim's count that is empty. */
export function buildMissingRowProof(parts: ClaimParts, row: number): JudgeProof {
  return { functionName: 'proveMissingRow', args: [caseOf(parts), BigInt(row), memberPath(parts, row)] }
}

/** A row that contradicts the trace: kind 1 weight, 22 beta, 25 score or 26 verdict. */
export function buildVerdictProof(parts: ClaimParts, row: number, kind: number): JudgeProof {
  return {
    functionName: 'proveVerdict',
    args: [caseOf(parts), openTrace(parts, kind), openExcluded(parts), openMember(parts, row)],
  }
}

/** The trace speaks of another number of rows than the members tree admits. */
export function buildCountProof(parts: ClaimParts): JudgeProof {
  const stakes = openTrace(parts, TraceKind.stakes)
  const admitted = parts.rows.flatMap((row, i) => (isAdmitted(row.verdict) ? [openMember(parts, i)] : []))
  return {
    functionName: 'proveCount',
    args: [
      caseOf(parts),
      specArgument(parts.spec),
      stakes,
      admitted.length > stakes.words.length ? admitted : openExcluded(parts),
    ],
  }
}

/**
 * A member whose commitment the operator signed for, or that was forced on chain, and that has no row.
 *
 * @param slot the member's, on chain
 * @param receipt the operator's commitment and signature; undefined for a forced commitment
 * @param higher in a drawn task, if the claim has 128 rows, a row whose ticket is higher than the member's
 */
export function buildOmissionProof(
  parts: ClaimParts,
  member: Address,
  slot: number,
  receipt?: { commitment: Hash; signature: Hex },
  higher?: number,
): JudgeProof {
  return {
    functionName: 'proveOmission',
    args: [
      caseOf(parts),
      member,
      receipt?.commitment ?? `0x${'00'.repeat(32)}`,
      receipt?.signature ?? '0x',
      openAround(parts, slot),
      higher === undefined ? [] : [openMember(parts, higher)],
    ],
  }
}
