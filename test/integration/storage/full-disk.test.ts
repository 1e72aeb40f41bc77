import { spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { storageError } from '../../../src/storage/storage-error.ts'

const folder = mkdtempSync(join(tmpdir(), 'quorate-full-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A mount namespace of its own: the small file system ends with the child in every case. */
function inSmallFileSystem(command: string) {
  const script = `mount -t tmpfs -o size=512k tmpfs ${folder} && ${command}`
  return spawnSync('unshare', ['--mount', '--user', '--map-root-user', 'sh', '-c', script], { encoding: 'utf8' })
}

const mountable = process.platform === 'linux' && inSmallFileSystem('true').status === 0
if (!mountable) console.warn('skipped: a real full disk needs `unshare` and tmpfs (Linux with user namespaces)')

test.skipIf(!mountable)(
  'on a full disk every write fails with STORAGE_FULL, nothing is lost, and freed space is used again',
  () => {
    const script = new URL('full-disk.ts', import.meta.url).pathname
    const { stdout, stderr } = inSmallFileSystem(`${process.execPath} ${script} ${folder}`)
    expect(stderr).toBe('')
    const result = JSON.parse(stdout)
    expect(result).toMatchObject({ blobError: 'STORAGE_FULL', journalError: 'STORAGE_FULL', replaceError: 'STORAGE_FULL' })
    expect(result).toMatchObject({ tlsError: 'STORAGE_FULL' })
    expect(result.appended).toBeGreaterThan(0)
    expect(result).toMatchObject({ keptWhileFull: result.appended, kept: result.appended, after: 1 })
    expect(result.stored).toBeGreaterThan(5)
    expect(result).toMatchObject({ blobsWhileFull: result.stored - 1, blobs: result.stored, files: result.stored, leftovers: 0 })
  },
)

test.skipIf(process.platform !== 'linux')('the error of a full device is STORAGE_FULL', () => {
  const full = openSync('/dev/full', 'w')
  try {
    expect(() => {
      try {
        writeSync(full, 'x')
      } catch (cause) {
        throw storageError(cause, '/dev/full')
      }
    }).toThrow(expect.objectContaining({ code: 'STORAGE_FULL' }))
  } finally {
    closeSync(full)
  }
})
