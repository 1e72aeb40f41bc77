import type { FileHandle } from 'node:fs/promises'
import { z } from 'zod'
import { QuorateError } from '../../core/errors.ts'
import type { Layout } from '../layout.ts'
import { DTYPE, FLOAT, matchTensors, tensorError } from './match-tensors.ts'
import type { PlacedTensor } from './sent-tensors.ts'

/** The tensors of a file begin at a multiple of this, as vector instructions like it. */
const ALIGNMENT = 64
/** Longest head, bytes: what is longer was not written by a program that means well. */
const MAX_HEAD = 64 * 1024 * 1024

const entrySchema = z.object({
  dtype: z.string(),
  shape: z.array(z.int().min(0)),
  data_offsets: z.tuple([z.int().min(0), z.int().min(0)]),
})
const headSchema = z.record(z.string(), z.unknown())

/** A tensor as the head of a file describes it. */
export interface Entry {
  name: string
  shape: number[]
  dtype: string
  /** Bytes from the end of the head. */
  from: number
  to: number
}

/** The head of a file: 8 bytes of length and JSON, padded with blanks. */
export function headOf({ tensors }: Layout, facts?: Readonly<Record<string, string>>): Buffer {
  let at = 0
  const entries = tensors.map(({ name, shape, length }) => {
    const offsets = [at, (at += length * FLOAT)]
    return [name, { dtype: DTYPE, shape, data_offsets: offsets }] as const
  })
  const json = JSON.stringify({ ...(facts && { __metadata__: facts }), ...Object.fromEntries(entries) })
  const padded = Math.ceil((8 + Buffer.byteLength(json)) / ALIGNMENT) * ALIGNMENT - 8
  const head = Buffer.alloc(8 + padded, ' ')
  head.writeBigUInt64LE(BigInt(padded))
  head.write(json, 8)
  return head
}

/** @throws QuorateError TRAINER_TENSOR for a head that is none */
export async function readHead(file: FileHandle): Promise<{ entries: Entry[]; start: number }> {
  const invalid = (problem: string, cause?: unknown): QuorateError =>
    new QuorateError('TRAINER_TENSOR', `the file with the result of the trainer ${problem}`, { cause })
  const prefix = Buffer.alloc(8)
  if ((await file.read(prefix, 0, 8, 0)).bytesRead < 8) throw invalid('is shorter than the head of the safetensors format')
  const length = prefix.readBigUInt64LE()
  const { size } = await file.stat()
  if (length > MAX_HEAD || Number(length) + 8 > size) throw invalid(`names a head of ${length} bytes and has ${size} bytes`)
  const text = Buffer.alloc(Number(length))
  await readAll(file, text, 8)
  const head = parse(text.toString('utf8'), invalid)
  const entries = Object.entries(head)
    .filter(([name]) => name !== '__metadata__')
    .map(([name, value]) => {
      const parsed = entrySchema.safeParse(value)
      if (!parsed.success)
        throw tensorError(name, `the head of the file describes the tensor "${name}" in a form that is not known`)
      const { dtype, shape, data_offsets: offsets } = parsed.data
      return { name, dtype, shape, from: offsets[0], to: offsets[1] }
    })
  return { entries, start: 8 + text.length }
}

/**
 * The tensors of a task in the order of their bytes in a file.
 *
 * @throws QuorateError TRAINER_TENSOR naming the tensor, or saying what is wrong with the file
 */
export async function placeTensors(file: FileHandle, layout: Layout): Promise<PlacedTensor[]> {
  const { entries, start } = await readHead(file)
  const places = matchTensors(layout, entries)
  const { size } = await file.stat()
  const placed = entries
    .map(({ name, from, to }, index) => {
      const place = places[index]!
      if (to - from !== place.length * FLOAT || start + to > size)
        throw tensorError(name, `the file has ${Math.min(to, size - start) - from} of ${place.length * FLOAT} bytes of "${name}"`)
      return { from: start + from, place }
    })
    .sort((a, b) => a.from - b.from)
  // The format has no holes, so that every file has one meaning and is read from end to end.
  for (const [index, { place, from }] of placed.entries()) {
    const before = placed[index - 1]
    if (before && from !== before.from + before.place.length * FLOAT)
      throw tensorError(place.name, `the tensor "${place.name}" does not begin where "${before.place.name}" ends`)
  }
  return placed
}

function parse(text: string, invalid: (problem: string, cause?: unknown) => QuorateError): Record<string, unknown> {
  try {
    return headSchema.parse(JSON.parse(text))
  } catch (cause) {
    throw invalid('has a head that is not JSON', cause)
  }
}

/** Fills a vector from a position of a file. @throws QuorateError TRAINER_TENSOR when the file ends before */
export async function readAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    const { bytesRead } = await file.read(bytes, at, bytes.length - at, position + at)
    if (bytesRead === 0)
      throw new QuorateError('TRAINER_TENSOR', 'the file with the result of the trainer ended while it was read')
    at += bytesRead
  }
}
