import { readFile } from 'node:fs/promises'
import { QuorateError } from '../../core/errors.ts'
import { concat, equalBytes, keccak } from '../../protocol/index.ts'
import { targetReader } from '../encode/target.ts'
import type { Findings } from '../findings.ts'
import { RecordList } from '../record-list.ts'
import type { Scan, ScanOptions } from '../scan.ts'
import { inputWidth } from '../schema/index.ts'
import type { ImageSchema } from '../schema/index.ts'
import { imageDecoder } from './decode-image.ts'
import type { DecodeImage } from './decode-image.ts'
import { labelImages } from './label-images.ts'
import type { LabelledImage } from './label-images.ts'
import type { SourceFile } from './list-files.ts'
import { PixelCache } from './pixel-cache.ts'

/** Files that are read and decoded at the same time. */
const TOGETHER = 8

const CACHE = 256 << 20

/**
 * Reads every image once: a cut file shows only when it is decoded. Afterwards images are decoded when they are asked for, unless they are among those kept in memory. Many
 * data sets fit as a whole.
 *
 * The canonical bytes of a record are the hash of its file and its label. Decoders differ in the last bit of a pixel between versions and processors, and a file
 * does not.
 */
export async function scanImages(
  schema: ImageSchema,
  files: readonly SourceFile[],
  findings: Findings,
  { memoryBytes = CACHE, signal, onProgress }: ScanOptions,
): Promise<Scan> {
  const decode = await imageDecoder(schema)
  const cache = new PixelCache(memoryBytes)
  const records = new RecordList()
  const used: UsedImage[] = []
  const readTarget = targetReader(schema.target, findings, (cell) => cell === null || cell === undefined || cell === '')
  const found = await labelImages(files, schema.target.column, findings)
  const known = found.flatMap((image) => {
    const target = readTarget(image.label, () => image.name)
    return target === undefined ? [] : [{ image, target }]
  })
  for (let from = 0; from < known.length; from += TOGETHER) {
    signal?.throwIfAborted()
    const group = known.slice(from, from + TOGETHER)
    const decoded = await Promise.all(group.map(async ({ image }) => readImage(image, decode)))
    for (const [k, result] of decoded.entries()) {
      const { image, target } = group[k]!
      if (!('pixels' in result)) {
        findings.skip(
          { code: 'DATA_UNREADABLE', problem: 'an image cannot be decoded', advice: ADVICE },
          `${image.name}: ${result.reason}`,
        )
        continue
      }
      cache.set(used.length, result.pixels)
      const entry = { ...image, target: target.text }
      used.push(entry)
      records.add(target.value, recordHash(result, entry), image.part)
    }
    onProgress?.(from + group.length)
  }
  const width = inputWidth(schema)
  const decodeAgain = async (index: number): Promise<Uint8Array> => {
    const image = used[index]!
    const result = await readImage(image, decode)
    const isSame =
      'pixels' in result && equalBytes(recordHash(result, image), records.hashes.subarray(index * 32, index * 32 + 32))
    if (isSame) return result.pixels
    throw new QuorateError('DATA_UNREADABLE', `${image.name} changed since the data set was opened: open it again`, {
      details: { file: image.path, reason: 'reason' in result ? result.reason : 'another image' },
    })
  }
  const read: Scan['read'] = async (indices, into, stop) => {
    for (let from = 0; from < indices.length; from += TOGETHER) {
      if (stop?.aborted) throw new QuorateError('CANCELLED', 'reading images was cancelled')
      const group = Array.from({ length: Math.min(TOGETHER, indices.length - from) }, (_, k) => indices[from + k]!)
      const pixels = await Promise.all(group.map(async (index) => cache.get(index) ?? decodeAgain(index)))
      for (const [k, index] of group.entries()) {
        cache.set(index, pixels[k]!)
        into.set(pixels[k]!, (from + k) * width)
      }
    }
  }
  return { records, reports: [], read, close: async () => cache.clear() }
}

const ADVICE = 'Replace the file, or delete it. It is left out of training.'

/** An image that is a record, with its label or number as the schema writes it. */
interface UsedImage extends LabelledImage {
  target: string
}

function recordHash({ hash }: { hash: Uint8Array }, { target }: UsedImage): Uint8Array {
  return keccak(concat([hash, new TextEncoder().encode(target)]))
}

type Decoded = { pixels: Uint8Array; hash: Uint8Array } | { reason: string }

async function readImage({ path }: LabelledImage, decode: DecodeImage): Promise<Decoded> {
  try {
    const bytes = await readFile(path)
    return { pixels: await decode(bytes), hash: keccak(bytes) }
  } catch (error) {
    return { reason: (error as Error).message.split('\n')[0]!.trim() }
  }
}
