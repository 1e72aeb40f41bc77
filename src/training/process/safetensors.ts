import { open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { QuorateError } from '../../core/errors.ts'
import type { Layout } from '../layout.ts'
import { bytesOf } from './frames.ts'
import { DTYPE, FLOAT } from './match-tensors.ts'
import { headOf, placeTensors, readAll, readHead } from './safetensors-head.ts'

/**
 * Bytes that are read or written at once, whatever the sizes of the tensors: each call waits for a thread, and the file keeps as much beyond what
 * the vector has.
 */
const SLICE = 32 * 1024 * 1024
/** Parts of one call at most: systems take 1024. */
const MAX_PARTS = 512
/**
 * Writes a vector as a new file of the safetensors format, which only this user can read.
 *
 * @param facts what the head says about the file, by name
 */
export async function writeSafetensors(
  path: string,
  layout: Layout,
  flat: Float32Array,
  facts?: Readonly<Record<string, string>>,
): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    const head = headOf(layout, facts)
    let at = head.length
    const pieces = layout.tensors.flatMap((place) => {
      const bytes = bytesOf(flat, place)
      const from = at
      at += bytes.length
      return piecesOf(bytes, from)
    })
    await writeAll(file, head, 0)
    for (const { from, parts } of batches(pieces)) await writeBatch(file, from, parts)
  } finally {
    await file.close()
  }
}

/** Bytes of a vector, and where they lie in the file. */
interface Piece {
  from: number
  bytes: Uint8Array
}

/** Bytes that follow each other in the file. */
interface Batch {
  from: number
  to: number
  parts: Uint8Array[]
}

/** Cuts the bytes of a tensor. */
function piecesOf(bytes: Uint8Array, from: number): Piece[] {
  return Array.from({ length: Math.ceil(bytes.length / SLICE) }, (_, index) => ({
    from: from + index * SLICE,
    bytes: bytes.subarray(index * SLICE, (index + 1) * SLICE),
  }))
}

/** Joins pieces in the order of the file; each batch has at most one slice of bytes, and as many parts as one call takes. */
function batches(pieces: readonly Piece[]): Batch[] {
  const joined: Batch[] = []
  for (const { from, bytes } of pieces) {
    const last = joined.at(-1)
    if (last && last.to === from && from + bytes.length - last.from <= SLICE && last.parts.length < MAX_PARTS) {
      last.parts.push(bytes)
      last.to += bytes.length
    } else joined.push({ from, to: from + bytes.length, parts: [bytes] })
  }
  return joined
}

async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let at = 0; at < bytes.length;) at += (await file.write(bytes, at, bytes.length - at, position + at)).bytesWritten
}

async function writeBatch(file: FileHandle, from: number, parts: readonly Uint8Array[]): Promise<void> {
  let written = (await file.writev(parts, from)).bytesWritten
  // What one call left over goes out part by part.
  let at = from
  for (const part of parts) {
    if (written < part.length) await writeAll(file, part.subarray(written), at + written)
    written = Math.max(0, written - part.length)
    at += part.length
  }
}

async function readBatch(file: FileHandle, { from, parts }: Batch): Promise<void> {
  let read = (await file.readv(parts, from)).bytesRead
  let at = from
  for (const part of parts) {
    if (read < part.length) await readAll(file, part.subarray(read), at + read)
    read = Math.max(0, read - part.length)
    at += part.length
  }
}

/**
 * Reads a file of the safetensors format into a vector float32[D], last bytes first, and cuts off what it has read. In a folder in memory,
 * file and vector together so never take more than the file did.
 *
 * @throws QuorateError TRAINER_TENSOR naming the tensor, or saying what is wrong with the file
 */
export async function takeSafetensors(path: string, layout: Layout): Promise<Float32Array> {
  const file = await open(path, 'r+').catch((cause: unknown) => {
    throw new QuorateError('TRAINER_TENSOR', `the trainer wrote no file with its result: ${(cause as Error).message}`, { cause })
  })
  try {
    const parts = await placeTensors(file, layout)
    const flat = new Float32Array(layout.paddedLength)
    const pieces = parts.flatMap(({ from, place }) => piecesOf(bytesOf(flat, place), from))
    for (const batch of batches(pieces).toReversed()) {
      await readBatch(file, batch)
      await file.truncate(batch.from)
    }
    return flat
  } finally {
    await file.close()
  }
}

/**
 * The tensors of a file of the safetensors format in the order of their bytes, all of float32.
 *
 * @returns one array for each tensor, without padding
 * @throws QuorateError CONFIG_INVALID naming the file, or the tensor that is not float32
 */
export async function readSafetensors(
  path: string,
): Promise<{ tensors: { name: string; shape: number[] }[]; values: Float32Array[] }> {
  const fail = (problem: string, cause?: unknown): QuorateError =>
    new QuorateError('CONFIG_INVALID', `${path} ${problem}`, { cause, details: { file: path } })
  const file = await open(path, 'r').catch((cause: unknown) => {
    throw fail('cannot be read', cause)
  })
  try {
    const { entries, start } = await readHead(file).catch((cause: unknown) => {
      throw fail('is not a safetensors file', cause)
    })
    const { size } = await file.stat()
    const ordered = entries.sort((a, b) => a.from - b.from)
    const values: Float32Array[] = []
    for (const { name, shape, dtype, from, to } of ordered) {
      if (dtype !== DTYPE) throw fail(`has the tensor "${name}" of ${dtype}: write tensors of float32 only`)
      const length = shape.reduce((product, one) => product * one, 1)
      if (to - from !== length * FLOAT || start + to > size) throw fail(`has no whole tensor "${name}"`)
      const flat = new Float32Array(length)
      const bytes = new Uint8Array(flat.buffer)
      for (let at = 0; at < bytes.length; at += SLICE) await readAll(file, bytes.subarray(at, at + SLICE), start + from + at)
      values.push(flat)
    }
    return { tensors: ordered.map(({ name, shape }) => ({ name, shape })), values }
  } finally {
    await file.close()
  }
}
