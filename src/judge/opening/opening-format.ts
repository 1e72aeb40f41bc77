import { QuorateError } from '../../core/index.ts'
import { chunkCount, CHUNKS_PER_SEGMENT, depthFor } from '../../protocol/index.ts'
import type { TaskSpec } from '../../protocol/index.ts'

/** First bytes of every opening: `QOPN` and the version. */
export const OPENING_MAGIC = Uint8Array.of(0x51, 0x4f, 0x50, 0x4e, 2)

/** Nodes of a pair's sum tree by level, segments first. */
export function levelWidths(spec: TaskSpec): number[] {
  const widths = [chunkCount(spec) / CHUNKS_PER_SEGMENT]
  for (let level = depthFor(widths[0]!); level > 0; level--) widths.push(Math.ceil(widths.at(-1)! / 2))
  return widths
}

export function openingMalformed(what: string): QuorateError {
  return new QuorateError('OPENING_MALFORMED', `this is not an opening of a claim: ${what}`)
}
