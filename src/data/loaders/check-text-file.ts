import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { QuorateError } from '../../core/errors.ts'

/**
 * Looks for what DuckDB takes in silence, or reports in words that help nobody.
 *
 * @throws QuorateError DATA_UNREADABLE for a compressed file that is cut, and for UTF-16
 */
export async function checkTextFile(path: string): Promise<void> {
  if (path.toLowerCase().endsWith('.gz')) await checkGzip(path)
  else await checkEncoding(path)
}

/** DuckDB takes a compressed file that is cut for a shorter one, whose last value may be cut too. */
async function checkGzip(path: string): Promise<void> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  await pipeline(createReadStream(path), createGunzip(), nowhere).catch((cause: unknown) => {
    throw unreadable(`the file cannot be decompressed to its end: ${(cause as Error).message}`, cause)
  })
}

/** Spreadsheets save "Unicode text" as UTF-16 with a byte order mark. */
async function checkEncoding(path: string): Promise<void> {
  await using file = await open(path)
  const { buffer } = await file.read(Buffer.alloc(2), 0, 2, 0)
  const mark = buffer.readUInt16BE()
  if (mark === 0xfffe || mark === 0xfeff)
    throw unreadable('the file is UTF-16; write it again as UTF-8, for example: iconv -f UTF-16 -t UTF-8 old.csv > new.csv')
}

function unreadable(problem: string, cause?: unknown): QuorateError {
  return new QuorateError('DATA_UNREADABLE', problem, { cause })
}
