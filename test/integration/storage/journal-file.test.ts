import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { isQuorateError } from '../../../src/core/index.ts'
import { openJournal } from '../../../src/storage/index.ts'

let folder: string
let file: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'quorate-journal-'))
  file = join(folder, 'journal.db')
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

function codeOf(work: () => unknown): string {
  try {
    work()
    return 'none'
  } catch (error) {
    return isQuorateError(error) ? error.code : String(error)
  }
}

function fill(count: number): void {
  const journal = openJournal(folder)
  for (let i = 0; i < count; i++) journal.append(BigInt(i), 'filler', { text: `payload-${i}-`.repeat(20) })
  journal.set('round', 5n)
  journal.close()
}

/** Overwrites the bytes of the first occurrence of `needle` in the file. */
function flip(needle: string): void {
  const bytes = readFileSync(file)
  const at = bytes.indexOf(needle)
  expect(at).toBeGreaterThan(0)
  bytes[at]! ^= 0x01
  writeFileSync(file, bytes)
}

test('keeps everything over a restart', () => {
  fill(10)
  const journal = openJournal(folder)
  expect(journal.rounds().length).toBe(10)
  expect(journal.get('round')).toBe(5n)
  journal.close()
})

test('each change is flushed with what was written lazily before it, and lazy ones are not flushed', () => {
  const journal = openJournal(folder)
  const exec = vi.spyOn(DatabaseSync.prototype, 'exec')
  const told = (): string[] => exec.mock.calls.splice(0).map(([sql]) => sql)
  journal.append(1n, 'said', {})
  expect(told()).toEqual([])
  journal.lazily(() => journal.append(1n, 'heard', {}))
  expect(told()).toEqual(['PRAGMA synchronous = NORMAL', 'BEGIN IMMEDIATE', 'COMMIT'])
  journal.lazily(() => journal.append(1n, 'heard', {}))
  expect(told()).toEqual(['BEGIN IMMEDIATE', 'COMMIT'])
  for (const change of [
    () => journal.append(1n, 'said', {}),
    () => journal.set('said', 1),
    () => journal.delete('said'),
    () => journal.prune(1n),
    () => journal.transaction(() => {}),
  ]) {
    journal.lazily(() => journal.append(1n, 'heard', {}))
    told()
    change()
    expect(told()[0]).toBe('PRAGMA synchronous = FULL')
  }
  exec.mockRestore()
  journal.close()
})

test('a folder belongs to one journal and one process at a time', () => {
  const journal = openJournal(folder)
  expect(codeOf(() => openJournal(folder))).toBe('STORAGE_LOCKED')
  const opener = new URL('open-journal.ts', import.meta.url).pathname
  expect(spawnSync(process.execPath, [opener, folder], { encoding: 'utf8' }).stdout).toBe('STORAGE_LOCKED\n')
  journal.close()
  expect(spawnSync(process.execPath, [opener, folder], { encoding: 'utf8' }).stdout).toBe('open\n')
})

test('a file that is no database is corrupt', () => {
  writeFileSync(file, 'not a database, and long enough to be read as one'.repeat(100))
  expect(codeOf(() => openJournal(folder))).toBe('JOURNAL_CORRUPT')
})

test('a changed byte in a payload is corrupt', () => {
  fill(10)
  flip('payload-7-payload')
  expect(codeOf(() => openJournal(folder))).toBe('JOURNAL_CORRUPT')
})

test('a changed byte in the state is corrupt', () => {
  fill(1)
  flip('$bigint')
  expect(codeOf(() => openJournal(folder))).toBe('JOURNAL_CORRUPT')
})

test('a damaged page and a truncated file are corrupt', () => {
  fill(200)
  const whole = readFileSync(file)
  whole.fill(0xaa, 4096 * 3, 4096 * 4)
  writeFileSync(file, whole)
  expect(codeOf(() => openJournal(folder))).toBe('JOURNAL_CORRUPT')
  rmSync(file)
  fill(200)
  truncateSync(file, Math.floor(statSync(file).size / 2 / 4096) * 4096)
  expect(codeOf(() => openJournal(folder))).toBe('JOURNAL_CORRUPT')
})

test("another program's database and a newer version are refused untouched", () => {
  const foreign = new DatabaseSync(file)
  foreign.exec('CREATE TABLE theirs (x)')
  foreign.close()
  expect(codeOf(() => openJournal(folder))).toBe('STORAGE_FAILED')
  rmSync(file)
  fill(1)
  const newer = new DatabaseSync(file)
  newer.exec('PRAGMA user_version = 2')
  newer.close()
  expect(codeOf(() => openJournal(folder))).toBe('STORAGE_FAILED')
})

test('a folder that cannot be made fails with STORAGE_FAILED', () => {
  writeFileSync(join(folder, 'occupied'), '')
  expect(codeOf(() => openJournal(join(folder, 'occupied')))).toBe('STORAGE_FAILED')
})

test('at its size limit every write fails with STORAGE_FULL, transactions whole, and all before stays', () => {
  const journal = openJournal(folder, { maxBytes: 256 * 1024 })
  const payload = { text: 'x'.repeat(1000) }
  let kept = 0
  const fillUp = () => {
    for (;;) {
      journal.append(1n, 'filler', payload)
      kept++
    }
  }
  expect(codeOf(fillUp)).toBe('STORAGE_FULL')
  expect(kept).toBeGreaterThan(50)
  const whole = () =>
    journal.transaction(() => {
      journal.set('marker', true)
      for (let i = 0; i < 50; i++) journal.append(2n, 'filler', payload)
    })
  expect(codeOf(whole)).toBe('STORAGE_FULL')
  expect(journal.get('marker')).toBeUndefined()
  expect(journal.events(1n).length).toBe(kept)
  expect(journal.events(2n)).toEqual([])
  // What pruning frees can be written again.
  journal.prune(2n)
  whole()
  expect(journal.events(2n).length).toBe(50)
  journal.close()
  const reopened = openJournal(folder)
  expect(reopened.events(2n).length).toBe(50)
  reopened.close()
})

test('a body that swallows STORAGE_FULL cannot write outside its transaction', () => {
  const journal = openJournal(folder, { maxBytes: 64 * 1024 })
  const body = () =>
    journal.transaction(() => {
      journal.set('first', 1)
      expect(codeOf(() => journal.append(1n, 'big', { text: 'x'.repeat(200_000) }))).toBe('STORAGE_FULL')
      journal.set('second', 2)
    })
  const outcome = codeOf(body)
  // Whether SQLite kept the transaction open is its choice; half of it is never kept.
  expect(journal.entries('').length).toBe(outcome === 'none' ? 2 : 0)
  journal.close()
})
