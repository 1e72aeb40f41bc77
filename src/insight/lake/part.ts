import type { Hash } from '../../protocol/index.ts'

/** Blocks that stand in one folder of Parquet files. */
export interface Part {
  /** First and last block. */
  from: bigint
  to: bigint
  /** Parent of the first block: the last block of the part before. */
  parentHash: Hash
  /** Of the last block. */
  hash: Hash
}

/** Folder of the parts: nothing else is in it, so that a pattern over all its folders is the whole table. */
export const PARTS = 'parts'
export const PART_FILE = 'part.json'
/** A part that is not whole yet, and one that is being deleted. */
export const WRITING = '.writing-'
export const DROPPED = '.dropped-'

/** Digits of block numbers in names, so that names sort as numbers do. */
const DIGITS = 12

export function partName({ from, to }: Pick<Part, 'from' | 'to'>): string {
  return [from, to].map((number) => String(number).padStart(DIGITS, '0')).join('-')
}
