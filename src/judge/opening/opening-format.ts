import { QuorateError } from '../../core/index.ts'
import { chunkCount, CHUNKS_PER_SEGMENT, depthFor, MAX_MEMBERS } from '../../protocol/index.ts'
import type { TaskSpec } from '../../protocol/index.ts'

/** First bytes of every opening: `QOPN` and the version. */
export const OPENING_MAGIC = Uint8Array.of(0x51, 0x4f, 0x50, 0x4e, 2)

/** Nodes of a pair's sum tree by level, segments first. */
export function levelWidths(spec: TaskSpec): number[] {
  const widths = [chunkCount(spec) / CHUNKS_PER_SEGMENT]
  for (let level = depthFor(widths[0]!); level > 0; level--) widths.push(Math.ceil(widths.at(-1)! / 2))
  return widths
}

/** Trace, members rows and ledger of the largest claim; what they have varies, and none comes near it. */
const OTHERS = 16 * 1024 ** 2

/**
 * More bytes than any opening of a claim has: what a node takes from peers that serve one.
 *
 * @param members rows of the claim
 */
export function openingMaxBytes(spec: TaskSpec, members: number): number {
  const rows = Math.min(members, MAX_MEMBERS)
  const sums = 8 * levelWidths(spec).reduce((total, width) => total + width, 0)
  const pairs = ((rows + 1) * (rows + 2)) / 2
  // Up to two words of each row and a few of the states, in each chunk of the transition; the hashes of the model and of the reference.
  const chunk = 2 + 32 * 2 * (rows + 4) + 2 * 32
  return OTHERS + (pairs + rows) * sums + chunkCount(spec) * chunk
}

export function openingMalformed(what: string): QuorateError {
  return new QuorateError('OPENING_MALFORMED', `this is not an opening of a claim: ${what}`)
}
