import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createKeyFile, loadKeyFile } from '../../../src/config/index.ts'

const KEY = `0x${'1b'.repeat(32)}` as const
let folder: string
let path: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'quorate-keys-'))
  path = join(folder, 'keys/operator.key')
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

const invalid = expect.objectContaining({ code: 'KEY_INVALID' })

test('a fresh key is written for its owner only and read back', async () => {
  const key = await createKeyFile(path)
  expect(key).toMatch(/^0x[0-9a-f]{64}$/)
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(await loadKeyFile(path)).toBe(key)
  expect(await createKeyFile(join(folder, 'other.key'))).not.toBe(key)
})

test('an existing key is never overwritten', async () => {
  await createKeyFile(path, KEY)
  await expect(createKeyFile(path)).rejects.toThrow(invalid)
  expect(readFileSync(path, 'utf8')).toBe(`${KEY}\n`)
})

test('a key that others may read is refused', async () => {
  await createKeyFile(path, KEY)
  for (const mode of [0o640, 0o604, 0o660, 0o644]) {
    chmodSync(path, mode)
    await expect(loadKeyFile(path)).rejects.toThrow(invalid)
  }
  chmodSync(path, 0o400)
  expect(await loadKeyFile(path)).toBe(KEY)
})

test('anything but one key is refused, and nothing of it is repeated', async () => {
  const bad = [
    '',
    KEY.slice(2),
    KEY.slice(0, -1),
    `${KEY}00`,
    `${KEY} ${KEY}`,
    KEY.replace('1b1b', '1bzz'),
    `0x${'0'.repeat(64)}`,
    `0x${'f'.repeat(64)}`,
  ]
  for (const [index, text] of bad.entries()) {
    const file = join(folder, `${index}.key`)
    writeFileSync(file, text, { mode: 0o600 })
    const error: unknown = await loadKeyFile(file).catch((caught: unknown) => caught)
    expect(error).toMatchObject({ code: 'KEY_INVALID', details: { path: file } })
    expect(JSON.stringify(error) + String(error)).not.toContain('1b1b1b')
  }
  await expect(createKeyFile(path, '0x12')).rejects.toThrow(invalid)
})

test('a missing file and a folder are refused', async () => {
  await expect(loadKeyFile(path)).rejects.toThrow(invalid)
  chmodSync(folder, 0o700)
  await expect(loadKeyFile(folder)).rejects.toThrow(invalid)
})
