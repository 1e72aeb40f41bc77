import { TraceKind } from '../aggregation/index.ts'
import type { Address, Hash, Hex } from '../protocol/index.ts'
import type { ClaimParts } from './claim-parts.ts'
import { caseOf, isAdmitted, memberPath, openExcluded, openMember, openTrace } from './openings.ts'
import type { JudgeProof } from './proof.ts'

/** A members row that contradicts itself or the chain. */
export function buildCommitmentProof(parts: ClaimParts, row: number): JudgeProof {
  return { functionName: 'proveCommitment', args: [caseOf(parts), openMember(parts, row)] }
}

/** Rows `row` and `row + 1` are not in slot order. */
export function buildOrderProof(parts: ClaimParts, row: number): JudgeProof {
  return { functionName: 'proveOrder', args: [caseOf(parts), openMember(parts, row), openMember(parts, row + 1)] }
}

/** A row below the claim's count that is empty. */
export function buildMissingRowProof(parts: ClaimParts, row: number): JudgeProof {
  return { functionName: 'proveMissingRow', args: [caseOf(parts), BigInt(row), memberPath(parts, row)] }
}

/** A row that does not carry what the trace says of it: kind 1 stake, 22 weight, 25 score or 26 verdict. */
export function buildVerdictProof(parts: ClaimParts, row: number, kind: number): JudgeProof {
  return {
    functionName: 'proveVerdict',
    args: [caseOf(parts), openTrace(parts, kind), openExcluded(parts), openMember(parts, row)],
  }
}

/** The trace speaks of another number of rows than the members tree admits. */
export function buildCountProof(parts: ClaimParts): JudgeProof {
  const stakes = openTrace(parts, TraceKind.stakes)
  const admitted = parts.rows.flatMap((row, i) => (isAdmitted(row) ? [openMember(parts, i)] : []))
  return {
    functionName: 'proveCount',
    args: [caseOf(parts), stakes, admitted.length > stakes.words.length ? admitted : openExcluded(parts)],
  }
}

/**
 * A member whose commitment the operator signed for, or that was forced on chain, and that has no row.
 *
 * @param slot the member's, on chain
 * @param receipt the operator's commitment and signature; undefined for a forced commitment
 */
export function buildOmissionProof(
  parts: ClaimParts,
  member: Address,
  slot: number,
  receipt?: { commitment: Hash; signature: Hex },
): JudgeProof {
  const next = parts.rows.findIndex((row) => row.slot > slot)
  const after = next < 0 ? parts.rows.length : next
  const neighbours = [after - 1, after].filter((row) => row >= 0 && row < parts.rows.length)
  return {
    functionName: 'proveOmission',
    args: [
      caseOf(parts),
      member,
      receipt?.commitment ?? `0x${'00'.repeat(32)}`,
      receipt?.signature ?? '0x',
      neighbours.map((row) => openMember(parts, row)),
    ],
  }
}
