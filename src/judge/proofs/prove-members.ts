import { TraceKind } from '../../aggregation/index.ts'
import { CHUNK, isAdmitted, toHex } from '../../protocol/index.ts'
import type { Address, Hash, Hex } from '../../protocol/index.ts'
import type { ClaimParts } from '../claim-parts.ts'
import { caseOf, memberPath, openAround, openExcluded, openMember, openTrace, openUpdate, specArgument } from './openings.ts'
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

/** Two rows of one update root, one of them admitted. */
export function buildCopyProof(parts: ClaimParts, first: number, second: number): JudgeProof {
  return { functionName: 'proveCopy', args: [caseOf(parts), openMember(parts, first), openMember(parts, second)] }
}

/** An admitted row whose update has a value that no update may have: -128, or other than 0 past the last tensor. */
export function buildAdmissionProof(parts: ClaimParts, row: number, chunk: number): JudgeProof {
  const update = parts.updates.get(parts.rows[row]!.updateRoot)!
  const data = toHex(new Uint8Array(update.buffer, update.byteOffset + chunk * CHUNK, CHUNK))
  return {
    functionName: 'proveAdmission',
    args: [
      caseOf(parts),
      specArgument(parts.spec),
      openMember(parts, row),
      { chunk: BigInt(chunk), data, path: openUpdate(update, chunk).path },
    ],
  }
}

/** A row called unrevealed or unavailable that a quorum of the stake attests to hold. */
export function buildExclusionProof(parts: ClaimParts, row: number, shown: Exclusion): JudgeProof {
  const { updateRoot, salt, signature: revealSignature } = shown.reveal
  const attestations = shown.attestations.toSorted((a, b) => (a.member.toLowerCase() < b.member.toLowerCase() ? -1 : 1))
  return {
    functionName: 'proveExclusion',
    args: [
      caseOf(parts),
      specArgument(parts.spec),
      { rows: parts.rows, row: BigInt(row), updateRoot, salt, revealSignature, attestations },
    ],
  }
}

/** Evidence that a row was available: the member's reveal, and attestations of the row by a quorum of the stake. */
export interface Exclusion {
  reveal: { updateRoot: Hash; salt: Hash; signature: Hex }
  attestations: readonly { member: Address; held: bigint; signature: Hex }[]
}

/** Rows `row` and `row + 1` are not in slot order. */
export function buildOrderProof(parts: ClaimParts, row: number): JudgeProof {
  return { functionName: 'proveOrder', args: [caseOf(parts), openMember(parts, row), openMember(parts, row + 1)] }
}

/** A row below the claim's count that is empty. */
export function buildMissingRowProof(parts: ClaimParts, row: number): JudgeProof {
  return { functionName: 'proveMissingRow', args: [caseOf(parts), BigInt(row), memberPath(parts, row)] }
}

/** A row that contradicts the trace: kind 1 stake, 22 weight, 25 score or 26 verdict. */
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
  return {
    functionName: 'proveOmission',
    args: [
      caseOf(parts),
      member,
      receipt?.commitment ?? `0x${'00'.repeat(32)}`,
      receipt?.signature ?? '0x',
      openAround(parts, slot),
    ],
  }
}
