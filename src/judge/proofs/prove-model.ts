import { TraceKind } from '../../aggregation/index.ts'
import {
  CHUNK,
  CourtTree,
  int32Leaves,
  int8Leaves,
  isAdmitted,
  merkleProof,
  toHex,
  vectorLevels,
  ZERO_HASH,
} from '../../protocol/index.ts'
import type { Hex } from '../../protocol/index.ts'
import type { ClaimParts } from '../claim-parts.ts'
import {
  caseOf,
  hexPath,
  noMember,
  openChunk,
  openExcluded,
  openMember,
  openTrace,
  openUpdate,
  specArgument,
  transitionPath,
} from './openings.ts'
import type { JudgeProof } from './proof.ts'
import { summedBuckets, sumOf } from './prove-buckets.ts'
import { treeLevels } from '../tree-levels.ts'

/** Which of the last four words of a transition leaf, in order. */
export const Part = { oldModel: 0, newModel: 1, oldReference: 2, newReference: 3 } as const
export type Part = (typeof Part)[keyof typeof Part]

/**
 * The arithmetic of one chunk. Of the posted parts it uses the chunk's leaf and the weights; rows and old chunks are opened by their bytes, so the
 * posted hashes must be theirs (else `buildRowProof`, `buildModelProof`).
 */
export function buildTransitionProof(parts: ClaimParts, chunk: number): JudgeProof {
  const words = parts.transition[chunk]!
  const [, newModel, , newReference] = words.slice(-4)
  const updates = carryingRows(parts)
  const reference = parts.previous.reference
  return {
    functionName: 'proveTransition',
    args: [
      caseOf(parts),
      specArgument(parts.spec),
      {
        chunk: BigInt(chunk),
        rows: `0x${updates.map((update) => update(chunk)).join('')}`,
        oldModel: modelChunk(parts.previous.model, chunk),
        newModel: toHex(newModel!),
        oldReference: reference ? `0x${chunkHex(reference, chunk)}` : '0x',
        newReference: toHex(newReference!),
        path: transitionPath(parts, chunk),
        weights: openTrace(parts, TraceKind.weights),
      },
    ],
  }
}

/** A transition leaf with fewer words than the four of model and reference. */
export function buildTransitionShapeProof(parts: ClaimParts, chunk: number): JudgeProof {
  return { functionName: 'proveTransitionShape', args: [caseOf(parts), specArgument(parts.spec), openChunk(parts, chunk)] }
}

/** The transition leaf against the model or reference tree of this claim or the parent. */
export function buildModelProof(parts: ClaimParts, chunk: number, part: Part): JudgeProof {
  const { previous } = parts
  const levels = [
    vectorLevels(int32Leaves(previous.model)),
    treeLevels(parts, CourtTree.model),
    previous.reference ? vectorLevels(int8Leaves(previous.reference)) : [],
    treeLevels(parts, CourtTree.reference),
  ][part]!
  return {
    functionName: 'proveModel',
    args: [
      caseOf(parts),
      {
        transition: openChunk(parts, chunk),
        part,
        leaf: toHex(levels[0]?.[chunk] ?? new Uint8Array(32)),
        path: levels.length > 0 ? hexPath(merkleProof(levels, chunk)) : [],
        parent: parts.parent,
      },
    ],
  }
}

/**
 * A row hash of the transition leaf against the update it stands for.
 *
 * @param k place of the row among those with weight
 */
export function buildRowProof(parts: ClaimParts, chunk: number, k: number): JudgeProof {
  const weights = openTrace(parts, TraceKind.weights)
  const admitted = parts.rows.flatMap((row, i) => (isAdmitted(row.verdict) ? [i] : []))
  const carrying = weights.words.flatMap((beta, a) => (beta > 0n ? [admitted[a]!] : []))
  const row = carrying[k]
  const update = row === undefined ? undefined : parts.updates.get(parts.rows[row]!.updateRoot)
  return {
    functionName: 'proveRow',
    args: [
      caseOf(parts),
      {
        transition: openChunk(parts, chunk),
        row: BigInt(k),
        weights,
        excluded: openExcluded(parts),
        member: row === undefined ? noMember() : openMember(parts, row),
        ...(update ? openUpdate(update, chunk) : { leaf: ZERO_HASH, path: [] }),
      },
    ],
  }
}

/** A chunk of each row with weight: of an update, or of the sum of a bucket. */
function carryingRows(parts: ClaimParts): ((chunk: number) => string)[] {
  if (!parts.buckets)
    return parts.rows.flatMap((row) => {
      if (row.beta === 0) return []
      const update = parts.updates.get(row.updateRoot)!
      return [(chunk: number) => chunkHex(update, chunk)]
    })
  return summedBuckets(parts)
    .filter((bucket) => parts.rows[bucket.rows[0]!]!.beta > 0)
    .map((bucket) => (chunk: number) => Buffer.from(sumOf(parts, bucket, chunk * CHUNK, CHUNK)).toString('hex'))
}

function chunkHex(vector: Int8Array, chunk: number): string {
  return Buffer.from(vector.buffer, vector.byteOffset + chunk * CHUNK, CHUNK).toString('hex')
}

function modelChunk(model: Int32Array, chunk: number): Hex {
  const view = new DataView(new ArrayBuffer(4 * CHUNK))
  for (let k = 0; k < CHUNK; k++) view.setInt32(4 * k, model[chunk * CHUNK + k]!)
  return toHex(new Uint8Array(view.buffer))
}
