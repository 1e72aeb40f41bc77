import { createWasmKernels, valueFault, memorySource } from '../../aggregation/index.ts'
import type { AdmissionFault } from '../../aggregation/index.ts'
import { bucketTerms, CHUNK, isAdmitted, Reason, vectorDepth, ZERO_HASH } from '../../protocol/index.ts'
import type { MemberLeaf, TaskSpec } from '../../protocol/index.ts'
import { sumsOf } from '../claim-parts.ts'
import type { ClaimParts } from '../claim-parts.ts'
import type { JudgeProof } from '../proofs/proof.ts'
import { buildOwnNodeProof, buildOwnSegmentProof, buildValueProof, buildVoidProof } from '../proofs/prove-reason.ts'
import type { KnownRound } from './known-round.ts'

/**
 * Available rows whose reason is not what their update says: values, padding, or a norm. Copies were looked at before. Updates that are
 * not here are not looked at; `normFraud` judges the norm of an admitted row by its inner product.
 *
 * @param honest rows of the replay, if there is one; those that it judges alike are not read again
 */
export function checkUpdates(posted: ClaimParts, _: KnownRound, honest?: Pick<ClaimParts, 'rows'>): JudgeProof | undefined {
  // The update of a member of a bucket is a tree over versions; what is wrong with its sum, `bucketFraud` finds.
  if (bucketTerms(posted.spec)) return undefined
  const right = new Set(honest?.rows.map(outcome))
  for (const [i, row] of posted.rows.entries()) {
    if (row.updateRoot === ZERO_HASH || row.reason === Reason.copy || right.has(outcome(row))) continue
    if (row.reason === Reason.bucket) return buildVoidProof(posted, i)
    const update = posted.updates.get(row.updateRoot)
    const proof = update ? reasonFraud(posted, i, updateFault(posted.spec, update)) : ownTotalFraud(posted, i)
    if (proof) return proof
  }
  return undefined
}

/** What a row says of its update. */
function outcome({ updateRoot, verdict, reason, reasonArg }: MemberLeaf): string {
  return isAdmitted(verdict) ? updateRoot : `${updateRoot} ${reason} ${reasonArg}`
}

/** What is wrong with an update by itself; the length is that of the task, because other updates are never held. */
export function updateFault(spec: TaskSpec, update: Int8Array): AdmissionFault | undefined {
  return valueFault(createWasmKernels(), spec, memorySource([update]))
}

/** The proof against a row's reason. @param fault of its update */
function reasonFraud(posted: ClaimParts, i: number, fault: AdmissionFault | undefined): JudgeProof | undefined {
  const { reason, reasonArg } = posted.rows[i]!
  const bad = fault && fault.code !== 'UPDATE_NORM' ? fault.chunk : undefined
  const named = reason === Reason.value ? Number(BigInt(reasonArg)) : undefined
  if (bad === named && bad !== undefined) return undefined
  // A bad chunk before the named one, or where no chunk is named, shows the lie; otherwise the named one does, which is good.
  if (bad !== undefined && (named === undefined || bad < named)) return buildValueProof(posted, i, bad)
  if (named !== undefined) return buildValueProof(posted, i, openableChunk(posted, i, named))
  return reason === Reason.norm ? ownSumsFraud(posted, i) : undefined
}

/**
 * The chunk that shows a wrong `reasonArg`: the named one, or the empty place after the last chunk, where a longer update would have its
 * next one. Any chunk shows an argument that is still further on, or that has no place in the tree.
 */
function openableChunk(posted: ClaimParts, i: number, named: number): number {
  const chunks = posted.updates.get(posted.rows[i]!.updateRoot)!.length / CHUNK
  return named <= chunks && named < 2 ** vectorDepth(chunks) ? named : 0
}

/** The first wrong node or segment of a row's own sum tree, or its total. */
function ownSumsFraud(posted: ClaimParts, i: number): JudgeProof | undefined {
  const sums = posted.norms.get(i)
  if (!sums) return undefined
  const right = sumsOf(segmentNorms(posted, i))
  for (const [level, row] of sums.entries()) {
    const index = row.findIndex((sum, k) => sum !== right[level]![k])
    if (index >= 0)
      return level === 0 ? buildOwnSegmentProof(posted, i, index) : buildOwnNodeProof(posted, i, level - 1, 2 * index)
  }
  return ownTotalFraud(posted, i)
}

/** A row refused for a norm that is inside the bounds by its own sum tree. */
function ownTotalFraud(posted: ClaimParts, i: number): JudgeProof | undefined {
  const sums = posted.norms.get(i)
  if (posted.rows[i]!.reason !== Reason.norm || !sums) return undefined
  const total = BigInt(sums.at(-1)![0]!)
  const inside = total >= posted.spec.minNormSq && total <= posted.spec.maxNormSq
  return inside ? buildOwnNodeProof(posted, i, sums.length - 1, 0) : undefined
}

/** Squared norm of a row's update by segment. */
export function segmentNorms(posted: Pick<ClaimParts, 'rows' | 'updates'>, i: number): number[] {
  const kernels = createWasmKernels()
  const source = memorySource([posted.updates.get(posted.rows[i]!.updateRoot)!])
  return Array.from({ length: source.segments }, (_, g) => kernels.normSquared(source.read(0, g)))
}
