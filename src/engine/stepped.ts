import { CHUNK } from '../protocol/types.ts'
import type { Jobs } from './jobs.ts'

/** What a step job returns, over some segments or over all. */
type Stepped = Jobs['step']['out']

/** Room for the step of a whole vector. */
export function emptyStep(chunks: number, rows: number, referenced: boolean): Stepped {
  const leaves = (): Uint8Array => new Uint8Array(32 * chunks)
  return {
    model: new Int32Array(chunks * CHUNK),
    reference: referenced ? new Int8Array(chunks * CHUNK) : null,
    leaves: {
      transition: leaves(),
      words: new Uint8Array(32 * chunks * (rows + OTHER_WORDS)),
      model: leaves(),
      reference: referenced ? leaves() : null,
    },
  }
}

/** Old and new model, old and new reference. */
const OTHER_WORDS = 4

/** @param from where the part begins, as a share of the whole */
export function putStep(whole: Stepped, part: Stepped, from: number): void {
  const put = <T extends Int32Array | Int8Array | Uint8Array>(into: T | null, values: T | null): void =>
    void (into && values && into.set(values, Math.round(from * into.length)))
  put(whole.model, part.model)
  put(whole.reference, part.reference)
  put(whole.leaves.transition, part.leaves.transition)
  put(whole.leaves.words, part.leaves.words)
  put(whole.leaves.model, part.leaves.model)
  put(whole.leaves.reference, part.leaves.reference)
}
