import { readFile } from 'node:fs/promises'
import { QuorateError } from '../../core/errors.ts'
import { parseIdxArray } from '../../data/loaders/parse-idx.ts'

/**
 * Reads an IDX file of unsigned bytes (the format of MNIST).
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
 * The values in the bytes of an IDX file of unsigned bytes.
 *
 * @throws DATASET_CORRUPT if the header or the length is not as expected
 */
export function parseIdx(bytes: Buffer, shape: readonly number[], file: string): Uint8Array {
  const { shape: found, values } = parseIdxArray(bytes, file)
  if (found.join() === shape.join() && values instanceof Uint8Array) return values
  throw new QuorateError('DATASET_CORRUPT', `${file} holds ${found.join('×')} values instead of ${shape.join('×')} bytes`, {
    details: { file, bytes: bytes.length },
  })
}
