import { fromHex, toHex } from '../bytes.ts'
import { depthFor, merkleLevels, merkleProof, merkleRoot } from '../merkle.ts'
import type { Hash } from '../types.ts'

/** Root over the digests of receipts with consecutive nonces: what `InferenceLog.post` takes. */
export function batchRoot(digests: readonly Hash[]): Hash {
  return toHex(merkleRoot(digests.map(fromHex), depthFor(digests.length)))
}

/** Siblings of a receipt in its batch, from the leaf up: what `InferenceLog.answer` takes. */
export function batchProof(digests: readonly Hash[], index: number): Hash[] {
  return merkleProof(merkleLevels(digests.map(fromHex), depthFor(digests.length)), index).map(toHex)
}
