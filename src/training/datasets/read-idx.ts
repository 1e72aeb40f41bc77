import { readFile } from 'node:fs/promises'
import { QuorateError } from '../../core/errors.ts'

const UNSIGNED_BYTE = 0x08

/**
 * Reads an IDX file of unsigned bytes (the format of MNIST): two zero bytes, type, number of dimensions, sizes as u32, then the values.
 *
 * @throws DATASET_NOT_FOUND if the file cannot be read, DATASET_CORRUPT if its header or length is not as expected
 * @example const pixels = await readIdx('train-images-idx3-ubyte', [60_000, 28, 28])
 */
export async function readIdx(file: string, shape: readonly number[]): Promise<Uint8Array> {
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw new QuorateError('DATASET_NOT_FOUND', `${file} cannot be read`, { cause, details: { file } })
  })
  return parseIdx(bytes, shape, file)
}

/**
 * The values in the bytes of an IDX file.
 *
 * @throws DATASET_CORRUPT if the header or the length is not as expected
 */
export function parseIdx(bytes: Buffer, shape: readonly number[], file: string): Uint8Array {
  const corrupt = (reason: string): QuorateError =>
    new QuorateError('DATASET_CORRUPT', `${file} ${reason}`, { details: { file, bytes: bytes.length } })

  const header = 4 + 4 * shape.length
  if (bytes.length < header) throw corrupt(`ends inside its header (${bytes.length} bytes)`)
  const magic = bytes.readUInt32BE(0)
  const expected = (UNSIGNED_BYTE << 8) | shape.length
  if (magic !== expected) throw corrupt(`begins with the number ${magic} instead of ${expected}`)
  const found = shape.map((_, axis) => bytes.readUInt32BE(4 + 4 * axis))
  if (found.join() !== shape.join()) throw corrupt(`holds ${found.join('×')} values instead of ${shape.join('×')}`)
  const length = shape.reduce((product, size) => product * size, 1)
  if (bytes.length !== header + length) throw corrupt(`has ${bytes.length} bytes instead of ${header + length}`)
  // A plain view: Buffer's `slice` would share memory where Uint8Array's copies.
  return new Uint8Array(bytes.buffer, bytes.byteOffset + header, length)
}
