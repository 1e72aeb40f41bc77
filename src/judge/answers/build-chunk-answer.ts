import { merkleLevels, merkleProof, SEGMENT, SEGMENT_LEVEL, segmentRoots, toHex } from '../../protocol/index.ts'
import type { CourtTarget } from '../../protocol/index.ts'
import { hexPath } from '../proofs/openings.ts'
import type { CourtAnswer } from './court-answer.ts'

/**
 * A segment of an update.
 *
 * @param update int8[D] behind the target's root
 */
export function buildChunkAnswer(update: Int8Array, target: CourtTarget): CourtAnswer {
  const segment = Number(target.index)
  const levels = merkleLevels(segmentRoots(update), target.level, SEGMENT_LEVEL)
  const data = new Uint8Array(update.buffer, update.byteOffset + segment * SEGMENT, SEGMENT)
  return {
    functionName: 'answerChunk',
    args: [target, toHex(data), hexPath(merkleProof(levels, segment, SEGMENT_LEVEL))],
  }
}
