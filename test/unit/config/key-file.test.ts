import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createKeyFile, loadKeyFile } from '../../../src/config/index.ts'

const asRoot = process.getuid?.() === 0
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

test('a key that everybody may read or write is refused', async () => {
  await createKeyFile(path, KEY)
  for (const mode of [0o604, 0o602, 0o644, 0o444]) {
    chmodSync(path, mode)
    await expect(loadKeyFile(path)).rejects.toThrow(/is readable by everybody on this machine: run chmod 600 on it/)
  }
  chmodSync(path, 0o400)
  expect(await loadKeyFile(path)).toBe(KEY)
})

test('a key that a group of this process may read is accepted, as Kubernetes mounts it with fsGroup', async () => {
  await createKeyFile(path, KEY)
  chownSync(path, process.getuid!(), process.getegid!())
  for (const mode of [0o440, 0o640, 0o660]) {
    chmodSync(path, mode)
    expect(await loadKeyFile(path)).toBe(KEY)
  }
})

test.skipIf(!asRoot)('a key that another group may read is refused (needs root: it gives a file away)', async () => {
  await createKeyFile(path, KEY)
  chownSync(path, process.getuid!(), 54_321)
  chmodSync(path, 0o440)
  await expect(loadKeyFile(path)).rejects.toThrow(/is readable by group 54321, to which this process does not belong/)
})

test('links are followed, and the file at their end is judged', async () => {
  await createKeyFile(join(folder, '..2026_01/operator.key'), KEY)
  symlinkSync('..2026_01', join(folder, '..data'))
  symlinkSync('..data/operator.key', join(folder, 'operator.key'))
  expect(await loadKeyFile(join(folder, 'operator.key'))).toBe(KEY)
  chmodSync(join(folder, '..2026_01/operator.key'), 0o644)
  await expect(loadKeyFile(join(folder, 'operator.key'))).rejects.toThrow(invalid)
})

test.skipIf(!asRoot)("a process of another user reads root's key through its group (needs root: it starts that process)", () => {
  const file = join(folder, 'operator.key')
  writeFileSync(file, KEY)
  chownSync(file, 0, 54_321)
  chmodSync(file, 0o440)
  chmodSync(folder, 0o755)
  const program = `import { loadKeyFile } from ${JSON.stringify(join(import.meta.dirname, '../../../src/config/load-key.ts'))}
    console.log(process.getuid(), await loadKeyFile(${JSON.stringify(file)}))`
  const options = { uid: 12_345, gid: 54_321, env: { PATH: process.env['PATH'] }, encoding: 'utf8' as const, cwd: '/' }
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], options)
  expect({ stdout, stderr }).toEqual({ stdout: `12345 ${KEY}\n`, stderr: '' })
})

test('a key that everybody may read is accepted on a read-only mount in memory only', async (context) => {
  const mount = join(folder, 'secrets')
  mkdirSync(mount)
  const run = (...args: string[]) => spawnSync(args[0]!, args.slice(1)).status === 0
  if (!run('mount', '-t', 'tmpfs', 'tmpfs', mount)) return context.skip('mounting needs a privilege that this process lacks')
  try {
    const file = join(mount, 'operator.key')
    writeFileSync(file, KEY)
    chmodSync(file, 0o444)
    symlinkSync(file, join(folder, 'link.key'))
    await expect(loadKeyFile(file)).rejects.toThrow(invalid)
    expect(run('mount', '-o', 'remount,ro', mount)).toBe(true)
    expect(await loadKeyFile(file)).toBe(KEY)
    expect(await loadKeyFile(join(folder, 'link.key'))).toBe(KEY)
  } finally {
    run('umount', mount)
  }
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
