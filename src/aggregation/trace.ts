import { toHex } from '../protocol/bytes.ts'
import { keccak } from '../protocol/hash.ts'
import { depthFor, merkleRoot } from '../protocol/merkle.ts'
import type { Hash } from '../protocol/types.ts'
import { putWord } from './words.ts'

/** A committed vector of intermediate values of a rule (docs/aggregation.md lists the kinds). Words are i256. */
export interface TraceLeaf {
  kind: number
  index: number
  words: bigint[]
}

/** `H(u32 kind ‖ u32 index ‖ i256[] words)` (docs/protocol.md §2). 8 + 32 k bytes, so never the 64 of an inner node. */
export function traceLeafHash(leaf: TraceLeaf): Uint8Array {
  const bytes = new Uint8Array(8 + 32 * leaf.words.length)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, leaf.kind)
  view.setUint32(4, leaf.index)
  leaf.words.forEach((value, k) => putWord(view, 8 + 32 * k, value))
  return keccak(bytes)
}

/** `traceRoot` of a claim over the leaves in the order the rule wrote them; zero without any. */
export function traceRoot(trace: readonly TraceLeaf[]): Hash {
  return toHex(merkleRoot(trace.map(traceLeafHash), depthFor(trace.length)))
}
