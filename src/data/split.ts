import { concat, keccak } from '../protocol/index.ts'
import type { RecordList } from './record-list.ts'

export interface SplitOptions {
  /** Another seed gives another split. */
  seed: string
  /** Share of the records that is held out, 0…1. */
  heldOut: number
}

/** Numbers of the records of each part, in the order of the source. */
export interface Split {
  train: Uint32Array
  test: Uint32Array
}

/**
 * Which records are held out from training. Where the source has a part `test`, that is it, and all else is trained. Otherwise a hash of the seed and the
 * record decides, so that a record keeps its part when others are added or change places, and equal records are in one part: a copy of
 * a test record in the training part would flatter the model.
 *
 * A part for training always has a record if there is one.
 */
export function splitRecords(records: RecordList, { seed, heldOut }: SplitOptions): Split {
  const parts = Array.from({ length: records.count }, (_, index) => records.partOf(index))
  const given = parts.includes('test')
  const isHeld = holder(seed, heldOut)
  const held = (index: number): boolean =>
    given ? parts[index] === 'test' : isHeld(records.hashes.subarray(index * 32, index * 32 + 32))
  const train: number[] = []
  const test: number[] = []
  for (let index = 0; index < records.count; index++) (held(index) ? test : train).push(index)
  if (train.length === 0 && !given) return { train: Uint32Array.from(test), test: new Uint32Array() }
  return { train: Uint32Array.from(train), test: Uint32Array.from(test) }
}

/** Whether the record with this hash is held out. */
function holder(seed: string, heldOut: number): (hash: Uint8Array) => boolean {
  const key = keccak(new TextEncoder().encode(`quorate held-out split\n${seed}`))
  const border = heldOut * 2 ** 32
  return (hash) => {
    const drawn = keccak(concat([key, hash]))
    return new DataView(drawn.buffer, drawn.byteOffset).getUint32(0) < border
  }
}
