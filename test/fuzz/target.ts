import { isQuorateError } from '../../src/core/index.ts'

/** How inputs of a decoder are changed: as bytes, as text, or as the tree that the text is. */
export type Shape = 'bytes' | 'text' | 'json'

/** One decoder of bytes or text from outside. */
export interface FuzzTarget {
  name: string
  shape: Shape
  /** Valid inputs, from which others are made. */
  seeds: readonly Uint8Array[]
  /** Throws unless the decoder keeps its promises on this input. */
  check(input: Uint8Array): void | Promise<void>
}

const utf8 = new TextEncoder()
const lossy = new TextDecoder()

export const toBytes = (text: string): Uint8Array => utf8.encode(text)
export const toText = (bytes: Uint8Array): string => lossy.decode(bytes)

/** What was decoded, or undefined where the input was refused in the way a decoder may refuse it: by a coded error. */
export function accepted<T>(decode: () => T): T | undefined {
  try {
    return decode()
  } catch (error) {
    if (isQuorateError(error) && error.code !== 'INTERNAL') return undefined
    throw error
  }
}

/** Demands that what was accepted is written as it came: no two inputs mean the same. */
export function sameBytes(input: Uint8Array, written: Uint8Array): void {
  if (Buffer.compare(input, written) !== 0) throw new Error('accepted in a form in which it is not written')
}

/** Demands that what was accepted is decoded again as it was, in the form in which it is written. */
export function sameText(first: string, second: string): void {
  if (first !== second) throw new Error('decoding what was encoded gives something else')
}
