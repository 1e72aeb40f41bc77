import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { SEGMENT } from '../src/protocol/index.ts'
import { padded, updatesOf } from './arrays.ts'

/** Gram matrix, its tree, and the step with its trees over rows in files, in its own process, to measure its memory. */
export interface StreamingRow {
  n: number
  d: number
  /** Processor milliseconds, all threads. */
  gram: number
  gramRoot: number
  step: number
  /** Highest resident memory above that of the same process after a small round, MB (10^6 bytes). */
  peak: number
}

/** Different files a run writes; with more rows than that, rows share files, which costs the same to read and multiply. */
const FILES = 10

export async function benchStreaming(shapes: readonly { n: number; d: number }[]): Promise<StreamingRow[]> {
  const rows: StreamingRow[] = []
  for (const { n, d } of shapes) {
    const folder = mkdtempSync(join(tmpdir(), 'quorate-bench-'))
    try {
      const files = filesOf(folder, Math.min(n, FILES), padded(d))
      const given = JSON.stringify({ n, d, segments: padded(d) / SEGMENT, files })
      const child = join(import.meta.dirname, 'streaming-child.ts')
      const { stdout } = await promisify(execFile)(process.execPath, [child, given])
      rows.push({ n, d, ...(JSON.parse(stdout) as Omit<StreamingRow, 'n' | 'd'>) })
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }
  return rows
}

/** Rotations of one row of noise: as different from each other as rows are. */
function filesOf(folder: string, count: number, length: number): string[] {
  const [row] = updatesOf(1, length)
  return Array.from({ length: count }, (_, k) => {
    const file = join(folder, `${k}.q8`)
    const at = Math.floor((k * length) / count)
    writeFileSync(file, Buffer.concat([row!.subarray(at), row!.subarray(0, at)].map((part) => Buffer.from(part))))
    return file
  })
}
