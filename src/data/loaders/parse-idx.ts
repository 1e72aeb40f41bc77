import { QuorateError } from '../../core/errors.ts'
import type { NamedArray } from './array-rows.ts'

/** Types of IDX values by their code: bytes of one value and its reader. */
const TYPES: Record<number, { size: number; read: (view: DataView, at: number) => number }> = {
  0x08: { size: 1, read: (view, at) => view.getUint8(at) },
  0x09: { size: 1, read: (view, at) => view.getInt8(at) },
  0x0b: { size: 2, read: (view, at) => view.getInt16(at) },
  0x0c: { size: 4, read: (view, at) => view.getInt32(at) },
  0x0d: { size: 4, read: (view, at) => view.getFloat32(at) },
  0x0e: { size: 8, read: (view, at) => view.getFloat64(at) },
}

/**
 * Reads the bytes of an IDX file (the format of MNIST): two zero bytes, a type, the number of dimensions, their sizes as u32, then the values, all big-endian. Unsigned
 * bytes are a view of the file.
 *
 * @param file its name, for messages
 * @throws QuorateError DATASET_CORRUPT if the header is none, or the length is not what it says
 */
export function parseIdxArray(bytes: Uint8Array, file: string): NamedArray {
  const corrupt = (reason: string): QuorateError =>
    new QuorateError('DATASET_CORRUPT', `${file} ${reason}`, { details: { file, bytes: bytes.length } })
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < 4) throw corrupt(`ends inside its header (${bytes.length} bytes)`)
  const type = TYPES[bytes[2]!]
  const rank = bytes[3]!
  const header = 4 + 4 * rank
  if (bytes[0] !== 0 || bytes[1] !== 0 || !type || rank === 0) throw corrupt('does not begin as an IDX file does')
  if (bytes.length < header) throw corrupt(`ends inside its header (${bytes.length} bytes)`)
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis))
  const count = shape.reduce((product, size) => product * size, 1)
  if (bytes.length !== header + count * type.size)
    throw corrupt(`has ${bytes.length} bytes instead of ${header + count * type.size}`)
  // A plain view: a Buffer's `slice` would share memory where that of a Uint8Array copies.
  if (bytes[2] === 0x08) return { shape, values: new Uint8Array(bytes.buffer, bytes.byteOffset + header, count) }
  return { shape, values: Float64Array.from({ length: count }, (_, k) => type.read(view, header + k * type.size)) }
}
