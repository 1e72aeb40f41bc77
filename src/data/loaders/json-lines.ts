import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { createGunzip } from 'node:zlib'
import { pipeline } from 'node:stream'
import type { ReadRows, Row, RowFile } from '../rows.ts'
import { partOf } from './list-files.ts'
import type { SourceFile } from './list-files.ts'

export const JSON_LINES_EXTENSIONS: readonly string[] = ['jsonl', 'ndjson']

const BATCH = 1024

/** One JSON object a line. */
export function jsonLinesFile({ path, name }: SourceFile): RowFile {
  return {
    name,
    part: partOf(name),
    columns: async () => undefined,
    async *rows({ findings, signal }: ReadRows) {
      // Bytes as Latin-1 keep the lines apart whatever they hold; each line is then decoded by itself, so that a fault has a number.
      const raw = createReadStream(path, { signal })
      const bytes = name.toLowerCase().endsWith('.gz') ? pipeline(raw, createGunzip(), () => {}) : raw
      bytes.setEncoding('latin1')
      const decoder = new TextDecoder('utf-8', { fatal: true })
      let batch: Row[] = []
      let number = 0
      for await (const line of createInterface({ input: bytes, crlfDelay: Infinity })) {
        number++
        if (line.trim() === '') continue
        const place = `${name}, line ${number}`
        try {
          const value: unknown = JSON.parse(decoder.decode(Buffer.from(line, 'latin1')))
          if (typeof value === 'object' && value !== null && !Array.isArray(value)) batch.push(value as Row)
          else findings.error({ code: 'DATA_UNREADABLE', problem: 'a line is not a JSON object' }, place)
        } catch (error) {
          const problem = error instanceof SyntaxError ? 'a line is not JSON' : 'a line is not UTF-8'
          findings.error({ code: 'DATA_UNREADABLE', problem }, place)
        }
        if (batch.length < BATCH) continue
        yield batch
        batch = []
      }
      if (batch.length > 0) yield batch
    },
  }
}
