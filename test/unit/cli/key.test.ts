import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { privateKeyToAddress } from 'viem/accounts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { loadKey } from '../../../src/config/index.ts'

const MAIN = join(import.meta.dirname, '../../../cli/main.ts')
let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'quorate-key-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

function quorate(...args: string[]) {
  return spawnSync(process.execPath, [MAIN, 'key', ...args], { cwd: folder, encoding: 'utf8', input: '' })
}

it('makes a plain key that only its owner reads, says its address, and never overwrites a file', () => {
  const made = quorate('new', 'keys/operator.key')
  const path = join(folder, 'keys/operator.key')
  const text = readFileSync(path, 'utf8')
  const address = privateKeyToAddress(text.trim() as `0x${string}`)
  expect(made.stdout).toBe(`Wrote keys/operator.key\nAddress ${address}\n`)
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(quorate('address', 'keys/operator.key').stdout).toBe(`${address}\n`)
  const again = quorate('new', 'keys/operator.key')
  expect(again.status).toBe(2)
  expect(again.stderr).toContain('KEY_INVALID: the key file keys/operator.key exists already and is not overwritten')
  expect(readFileSync(path, 'utf8')).toBe(text)
})

it('makes a keystore that the passphrase opens, and no other', async () => {
  writeFileSync(join(folder, 'words'), 'correct horse\n', { mode: 0o600 })
  writeFileSync(join(folder, 'others'), 'battery staple\n', { mode: 0o600 })
  const made = quorate('new', 'operator.json', '--keystore', '--passphrase-file', 'words', '--json')
  const { address } = JSON.parse(made.stdout) as { address: string }
  const path = join(folder, 'operator.json')
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ version: 3, address: address.slice(2).toLowerCase() })
  const key = await loadKey({ keystore: path, passphrase: join(folder, 'words') })
  expect(privateKeyToAddress(key)).toBe(address)
  expect(quorate('address', 'operator.json', '--passphrase-file', 'words').stdout).toBe(`${address}\n`)
  const locked = quorate('address', 'operator.json', '--passphrase-file', 'others')
  expect(locked.status).toBe(2)
  expect(locked.stderr).toContain('KEYSTORE_LOCKED')
})

it('writes no keystore without a passphrase', () => {
  writeFileSync(join(folder, 'empty'), '\n', { mode: 0o600 })
  expect(quorate('new', 'a.json', '--keystore').stderr).toContain('there is no terminal to ask for a passphrase')
  expect(quorate('new', 'a.json', '--keystore', '--passphrase-file', 'empty').stderr).toContain('the passphrase is empty')
  expect(quorate('new', 'a.key', '--passphrase-file', 'words').stderr).toContain('--passphrase-file needs --keystore')
  expect(() => statSync(join(folder, 'a.json'))).toThrow('ENOENT')
  expect(() => statSync(join(folder, 'a.key'))).toThrow('ENOENT')
})
