import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import type { Hash } from '../../protocol/index.ts'
import type { TensorShape } from '../../protocol/index.ts'
import { readSafetensors } from '../../training/process/safetensors.ts'

/** A file with weights. */
export interface WeightsFile {
  path: string
  bytes: number
  /** SHA-256 of the bytes of the file. */
  digest: Hash
  /** Tensors in the order of their bytes. */
  tensors: readonly TensorShape[]
  /** One array for each tensor, without padding. */
  values: readonly Float32Array[]
}

/**
 * Reads a file of the safetensors format, all of whose tensors are float32.
 *
 * @throws QuorateError CONFIG_INVALID for any other file
 * @example const { digest, values } = await readWeightsFile('wards.safetensors')
 */
export async function readWeightsFile(path: string): Promise<WeightsFile> {
  const { tensors, values } = await readSafetensors(path)
  const [{ size: bytes }, digest] = await Promise.all([stat(path), digestOfFile(path)])
  return { path, bytes, digest, tensors, values }
}

/** SHA-256 of a file, which need not fit into memory. */
export async function digestOfFile(path: string): Promise<Hash> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return `0x${hash.digest('hex')}`
}
