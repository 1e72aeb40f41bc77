import { appendFile, mkdir } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { create, toBinary } from '@bufbuild/protobuf'
import type { MessageInitShape } from '@bufbuild/protobuf'
import crc32c from 'crc-32/crc32c.js'
import type { Logger } from '../../core/index.ts'
import { TensorboardEventSchema } from '../../protocol/gen/quorate/files/v1/tensorboard_pb.ts'
import type { Tracker, TrackedValues } from './tracker.ts'

export interface TensorboardOptions {
  /** Folder of the run: each start adds a file, and TensorBoard shows the files of a folder as one run. */
  folder: string
  /** Unix seconds of the start. */
  startedAt: number
  logger: Pick<Logger, 'warn'>
}

/** Events that wait for the disk, at most; a disk that stopped costs no memory. */
const WAITING = 10_000

/**
 * Writes event files of TensorBoard: records with masked CRC-32C, as TensorFlow writes them.
 *
 * @example const tracker = tensorboardTracker({ folder: 'runs/ward-a', startedAt: Date.now() / 1000, logger })
 */
export function tensorboardTracker({ folder, startedAt, logger }: TensorboardOptions): Tracker {
  const path = join(folder, `events.out.tfevents.${String(Math.floor(startedAt)).padStart(10, '0')}.${hostname()}.${process.pid}`)
  let writing = mkdir(folder, { recursive: true }).then(() => {})
  let waiting = 0
  let failed = false
  const write = (event: MessageInitShape<typeof TensorboardEventSchema>): void => {
    if (waiting >= WAITING) return
    waiting++
    writing = writing
      .then(async () => appendFile(path, frame(toBinary(TensorboardEventSchema, create(TensorboardEventSchema, event)))))
      .catch((error: unknown) => {
        if (!failed)
          logger.warn({ code: 'STORAGE_FAILED', path, error: String(error) }, 'the events for TensorBoard are not written')
        failed = true
      })
      .finally(() => waiting--)
  }
  write({ wallTime: startedAt, what: { case: 'fileVersion', value: 'brain.Event:2' } })
  return {
    log(step, values, at) {
      write({ wallTime: at, step: BigInt(step), what: { case: 'summary', value: { value: summary(values) } } })
    },
    close: async () => writing,
  }
}

function summary(values: TrackedValues): { tag: string; simpleValue: number }[] {
  return Object.entries(values).map(([tag, simpleValue]) => ({ tag, simpleValue }))
}

/** A record: its length, the checksum of the length, the bytes, and their checksum; all numbers little-endian. */
function frame(bytes: Uint8Array): Uint8Array {
  const record = new Uint8Array(bytes.length + 16)
  const view = new DataView(record.buffer)
  view.setBigUint64(0, BigInt(bytes.length), true)
  view.setUint32(8, masked(record.subarray(0, 8)), true)
  record.set(bytes, 12)
  view.setUint32(12 + bytes.length, masked(bytes), true)
  return record
}

/** The checksum is turned and moved, so that the checksum of bytes that hold checksums stays meaningful. */
function masked(bytes: Uint8Array): number {
  const crc = crc32c.buf(bytes) >>> 0
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0
}
