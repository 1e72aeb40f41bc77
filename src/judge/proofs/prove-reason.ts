import {
  CHUNK,
  int8Leaves,
  merkleLevels,
  merkleProof,
  SEGMENT,
  SEGMENT_LEVEL,
  segmentRoots,
  toHex,
  vectorDepth,
  vectorLevels,
} from '../../protocol/index.ts'
import type { Hash, Hex } from '../../protocol/index.ts'
import type { ClaimParts } from '../claim-parts.ts'
import { caseOf, hexPath, openMember, openOwnSums, specArgument } from './openings.ts'
import type { JudgeProof } from './proof.ts'

/** A row whose reason is wrong beside another row: of the same root, or of another one that `reasonArg` names. */
export function buildCopyProof(parts: ClaimParts, row: number, other: number): JudgeProof {
  return prove(parts, row, { other: [openMember(parts, other)] })
}

/** A row that is refused as one without a sum, in a task whose rows are not summed. */
export function buildVoidProof(parts: ClaimParts, row: number): JudgeProof {
  return prove(parts, row, {})
}

/** A row whose reason is wrong beside a chunk of its update: one that no update may have, or a good one that `reasonArg` names. */
export function buildValueProof(parts: ClaimParts, row: number, chunk: number): JudgeProof {
  return prove(parts, row, { chunk: [openValues(parts, row, chunk)] })
}

/**
 * A row whose own sum tree is wrong at a node, or whose total is inside the bounds.
 *
 * @param level of the children of that node; of the root where the total shows the fault
 * @param index of one of them
 */
export function buildOwnNodeProof(parts: ClaimParts, row: number, level: number, index: number): JudgeProof {
  return prove(parts, row, { sums: [{ ...openOwnSums(parts, row, index, level), data: '0x', path: [] }] })
}

/** A row whose own sum tree is wrong in one segment. */
export function buildOwnSegmentProof(parts: ClaimParts, row: number, segment: number): JudgeProof {
  const update = parts.updates.get(parts.rows[row]!.updateRoot)!
  const levels = merkleLevels(segmentRoots(update), vectorDepth(update.length / CHUNK) - SEGMENT_LEVEL, SEGMENT_LEVEL)
  const data = toHex(new Uint8Array(update.buffer, update.byteOffset + segment * SEGMENT, SEGMENT))
  const path = hexPath(merkleProof(levels, segment, SEGMENT_LEVEL))
  return prove(parts, row, { sums: [{ ...openOwnSums(parts, row, segment, 0), data, path }] })
}

function prove(parts: ClaimParts, row: number, shown: { other?: unknown[]; chunk?: unknown[]; sums?: unknown[] }): JudgeProof {
  const proof = { member: openMember(parts, row), other: [], chunk: [], sums: [], ...shown }
  return { functionName: 'proveReason', args: [caseOf(parts), specArgument(parts.spec), proof] }
}

/**
 * The member of a final claim that committed to an update that no node makes. Rejects nothing and earns nothing.
 *
 * @param evidence the member's signature of its commitment, and the salt that opens it
 * @param bad the chunk that no update may have
 */
export function buildGarbageProof(
  parts: ClaimParts,
  row: number,
  evidence: { salt: Hash; signature: Hex },
  bad: number = Number(parts.rows[row]!.reasonArg),
): JudgeProof {
  const chunk = openValues(parts, row, bad)
  return {
    functionName: 'proveGarbage',
    args: [caseOf(parts), specArgument(parts.spec), { member: openMember(parts, row), ...evidence, chunk }],
  }
}

/** 256 values of a row's update; none for the empty place after the last chunk. */
function openValues(parts: ClaimParts, row: number, chunk: number): { chunk: bigint; data: Hex; path: Hash[] } {
  const update = parts.updates.get(parts.rows[row]!.updateRoot)!
  const path = hexPath(merkleProof(vectorLevels(int8Leaves(update)), chunk))
  const data = toHex(new Uint8Array(update.buffer, update.byteOffset, update.length).subarray(chunk * CHUNK, (chunk + 1) * CHUNK))
  return { chunk: BigInt(chunk), data, path }
}
