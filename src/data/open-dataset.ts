import { QuorateError } from '../core/errors.ts'
import type { Batch, Dataset, Part } from './dataset.ts'
import { Findings } from './findings.ts'
import { scanData } from './scan.ts'
import type { Scan, ScanOptions } from './scan.ts'
import { byteScale, inputShape, inputWidth, keepsBytes, schemaHash } from './schema/index.ts'
import type { DataSchema } from './schema/index.ts'
import { reportShortParts } from './short-parts.ts'
import { splitRecords } from './split.ts'

export interface OpenOptions extends ScanOptions {
  /**
   * Text that decides, with a record's hash, whether the record is held out. By default the hash of the schema: a record then keeps its part when the member
   * changes keys, and in tasks that follow.
   */
  seed?: string
  /** Share of the records that is held out where the source has no part `test`; 0.2 by default. */
  heldOut?: number
}

export const HELD_OUT = 0.2

/**
 * Opens the data of a member for a schema. Every record is read once.
 *
 * @param path of a folder or a file; docs/data.md lists the layouts
 * @throws QuorateError the first error of the data (DATA_VALUE, DATA_LABEL_UNKNOWN, DATA_COLUMN_MISSING, DATA_UNREADABLE, DATA_TOO_FEW), with all findings in its
 * details; DATASET_NOT_FOUND, DATASET_CORRUPT, DATA_SCHEMA, DATA_SCHEMA_DIFFERS, CANCELLED
 * @example
 * await using data = await openDataset(parseSchema(task.data), './folder')
 * const { inputs, targets } = await data.train.read([0, 1, 2])
 */
export async function openDataset(schema: DataSchema, path: string, options: OpenOptions = {}): Promise<Dataset> {
  const findings = new Findings()
  const scan = await scanData(schema, path, findings, options)
  try {
    const { seed = schemaHash(schema), heldOut = HELD_OUT } = options
    const split = splitRecords(scan.records, { seed, heldOut })
    reportShortParts(schema, scan.records, split, findings)
    findings.throwErrors()
    const close = async (): Promise<void> => scan.close()
    return {
      schema,
      schemaHash: schemaHash(schema),
      inputShape: inputShape(schema),
      train: partOf(schema, scan, split.train),
      test: partOf(schema, scan, split.test),
      findings: findings.list(),
      recordHashes: scan.records.hashes,
      close,
      [Symbol.asyncDispose]: close,
    }
  } catch (error) {
    await scan.close()
    throw error
  }
}

function partOf(schema: DataSchema, scan: Scan, numbers: Uint32Array): Part {
  const width = inputWidth(schema)
  const shape = inputShape(schema)
  const all = scan.records.targets
  const targets = Float32Array.from(numbers, (number) => all[number]!)
  return {
    count: numbers.length,
    targets,
    async read(indices, signal): Promise<Batch> {
      const wanted = Uint32Array.from({ length: indices.length }, (_, k) => {
        const number = numbers[indices[k]!]
        if (number === undefined) throw new RangeError(`record ${indices[k]} is outside 0…${numbers.length - 1}`)
        return number
      })
      if (signal?.aborted) throw new QuorateError('CANCELLED', 'reading records was cancelled')
      const bytes = new Uint8Array(wanted.length * width * (keepsBytes(schema) ? 1 : 4))
      await scan.read(wanted, bytes, signal)
      return {
        inputs: keepsBytes(schema) ? scaleBytes(bytes, schema) : new Float32Array(bytes.buffer),
        shape: [wanted.length, ...shape],
        targets: Float32Array.from(wanted, (number) => all[number]!),
      }
    },
  }
}

function scaleBytes(bytes: Uint8Array, schema: DataSchema): Uint8Array | Float32Array {
  const scale = byteScale(schema)
  if (!scale) return bytes
  const { factor, offset } = scale
  const channels = factor.length
  const scaled = new Float32Array(bytes.length)
  for (let channel = 0; channel < channels; channel++) {
    const [times, plus] = [factor[channel]!, offset[channel]!]
    for (let k = channel; k < bytes.length; k += channels) scaled[k] = bytes[k]! * times + plus
  }
  return scaled
}
