import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Keystore } from 'ox'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { loadKey, loadKeyFile } from '../../../src/config/index.ts'
import type { KeySource } from '../../../src/config/index.ts'
import { keySourceField } from '../../../src/config/key-source.ts'

const KEY = `0x${'1b'.repeat(32)}` as const
const PASSPHRASE = 'correct horse battery staple'
const LOAD_KEY = join(import.meta.dirname, '../../../src/config/load-key.ts')
let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'quorate-keys-'))
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Writes a file that only this user reads. */
function write(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text, { mode: 0o600 })
  return path
}

/** A keystore with little work for the tests; wallets ask for much more. */
function keystore(kdf: 'scrypt' | 'pbkdf2'): Keystore.Keystore {
  const [key, options] =
    kdf === 'scrypt'
      ? Keystore.scrypt({ password: PASSPHRASE, n: 4096 })
      : Keystore.pbkdf2({ password: PASSPHRASE, iterations: 1000 })
  return Keystore.encrypt(KEY, key, options)
}

describe('the section [keys]', () => {
  const field = keySourceField('/etc/quorate')

  test('takes a path, a variable, a descriptor and a keystore', () => {
    expect(field.parse('keys/operator.key')).toBe('/etc/quorate/keys/operator.key')
    expect(field.parse({ env: 'QUORATE_OPERATOR_KEY' })).toEqual({ env: 'QUORATE_OPERATOR_KEY' })
    expect(field.parse({ fd: 3 })).toEqual({ fd: 3 })
    expect(field.parse({ keystore: 'a.json', passphrase: 'words' })).toEqual({
      keystore: '/etc/quorate/a.json',
      passphrase: '/etc/quorate/words',
    })
    expect(field.parse({ keystore: 'a.json', passphrase: { env: 'WORDS' } })).toMatchObject({ passphrase: { env: 'WORDS' } })
  })

  test('refuses a key where a name belongs, descriptors of output, and fields that do not exist', () => {
    for (const wrong of [{ env: KEY }, { env: '' }, { fd: 1 }, { fd: 2 }, { fd: -1 }, { fd: 3, env: 'A' }, {}, ''])
      expect(field.safeParse(wrong).success, JSON.stringify(wrong)).toBe(false)
  })
})

describe('an environment variable', () => {
  test('is read, kept for a second reading, and gone for programs that this process starts', async () => {
    process.env['QUORATE_TEST_KEY'] = KEY
    expect(await loadKey({ env: 'QUORATE_TEST_KEY' })).toBe(KEY)
    expect(await loadKey({ env: 'QUORATE_TEST_KEY' })).toBe(KEY)
    const { stdout } = spawnSync(process.execPath, ['-p', 'process.env.QUORATE_TEST_KEY'], { encoding: 'utf8' })
    expect(stdout.trim()).toBe('undefined')
  })

  test('that is not set or holds no key is named, without its value', async () => {
    await expect(loadKey({ env: 'QUORATE_TEST_UNSET' })).rejects.toMatchObject({
      code: 'KEY_INVALID',
      message: 'the environment variable QUORATE_TEST_UNSET is not set',
    })
    process.env['QUORATE_TEST_WRONG'] = 'c0ffee'
    const error: unknown = await loadKey({ env: 'QUORATE_TEST_WRONG' }).catch((caught: unknown) => caught)
    expect(error).toMatchObject({ code: 'KEY_INVALID' })
    expect(JSON.stringify(error) + String(error)).not.toContain('c0ffee')
  })
})

describe('a file descriptor', () => {
  /** Another process reads the key with `input` at descriptor 3. */
  function readElsewhere(sources: readonly KeySource[], input: 'pipe' | 'ignore') {
    const program = `import { loadKey } from ${JSON.stringify(LOAD_KEY)}
      for (const source of ${JSON.stringify(sources)})
        console.log(await loadKey(source).catch((error) => error.code + ' ' + error.message))`
    const script = input === 'pipe' ? 'echo "$KEY" | ("$0" "$@" 3<&0 </dev/null)' : 'exec "$0" "$@"'
    const node = [process.execPath, '--input-type=module', '-e', program]
    return spawnSync('sh', ['-c', script, ...node], { encoding: 'utf8', env: { PATH: process.env['PATH'], KEY } })
  }

  test('that is a pipe is read to its end, once, and the key is kept', () => {
    const { stdout, stderr } = readElsewhere([{ fd: 3 }, { fd: 3 }], 'pipe')
    expect(stdout.trim().split('\n'), stderr).toEqual([KEY, KEY])
  })

  test('that nobody passed is refused, and the process lives on', () => {
    const { stdout, stderr, status } = readElsewhere([{ fd: 999 }, { fd: 3 }], 'ignore')
    const lines = stdout.trim().split('\n')
    expect(lines, stderr).toHaveLength(2)
    for (const line of lines) expect(line).toMatch(/^KEY_INVALID file descriptor \d+ cannot be read: /)
    expect(status).toBe(0)
  })
})

describe('a keystore', () => {
  test.each(['scrypt', 'pbkdf2'] as const)('of version 3 with %s opens with the passphrase in a file', async (kdf) => {
    const path = write('operator.json', JSON.stringify(keystore(kdf)))
    expect(await loadKey({ keystore: path, passphrase: write('words', `${PASSPHRASE}\n`) })).toBe(KEY)
  })

  test('opens with the passphrase in a variable', async () => {
    process.env['QUORATE_TEST_WORDS'] = PASSPHRASE
    const path = write('operator.json', JSON.stringify(keystore('scrypt')))
    expect(await loadKey({ keystore: path, passphrase: { env: 'QUORATE_TEST_WORDS' } })).toBe(KEY)
  })

  test('of Foundry opens', async () => {
    const cast = (...args: string[]) => spawnSync('cast', args, { encoding: 'utf8' })
    const { status, stderr } = cast(
      'wallet',
      'import',
      'one',
      '--keystore-dir',
      folder,
      '--private-key',
      KEY,
      '--unsafe-password',
      PASSPHRASE,
    )
    expect(status, stderr).toBe(0)
    chmodSync(join(folder, 'one'), 0o600)
    expect(await loadKey({ keystore: join(folder, 'one'), passphrase: write('words', PASSPHRASE) })).toBe(KEY)
  })

  test('does not open with another passphrase, and opens once it is right', async () => {
    const path = write('operator.json', JSON.stringify(keystore('scrypt')))
    const source = { keystore: path, passphrase: write('words', 'wrong horse') }
    const error: unknown = await loadKey(source).catch((caught: unknown) => caught)
    expect(error).toMatchObject({ code: 'KEYSTORE_LOCKED' })
    expect(String(error)).not.toContain('horse')
    writeFileSync(source.passphrase, PASSPHRASE)
    expect(await loadKey(source)).toBe(KEY)
  })

  test('without a place of its passphrase needs a terminal, also as a key file', async () => {
    const path = write('operator.json', JSON.stringify(keystore('scrypt')))
    for (const load of [loadKey({ keystore: path }), loadKeyFile(path)])
      await expect(load).rejects.toMatchObject({ code: 'KEYSTORE_LOCKED' })
  })

  test('that others may read, asks for endless work, or is something else is refused', async () => {
    const words = write('words', PASSPHRASE)
    const sound = keystore('scrypt')
    const endless = structuredClone(sound)
    Object.assign(endless.crypto.kdfparams, { n: 2 ** 30 })
    for (const wrong of ['{', '{}', JSON.stringify({ ...sound, version: 4 }), JSON.stringify(endless)])
      await expect(loadKey({ keystore: write('wrong.json', wrong), passphrase: words })).rejects.toMatchObject({
        code: 'KEY_INVALID',
      })
    const path = write('open.json', JSON.stringify(sound))
    chmodSync(path, 0o644)
    await expect(loadKey({ keystore: path, passphrase: words })).rejects.toThrow(/is readable by everybody/)
    expect(readFileSync(path, 'utf8')).not.toContain(KEY.slice(2))
  })

  test('asks at a terminal, and shows nothing of what is typed', () => {
    const path = write('operator.json', JSON.stringify(keystore('scrypt')))
    const program = write(
      'ask.mjs',
      `import { loadKeyFile } from ${JSON.stringify(LOAD_KEY)}
       const key = await loadKeyFile(${JSON.stringify(path)})
       console.log(key === ${JSON.stringify(KEY)} ? 'opened' : 'another key')`,
    )
    // script(1) of util-linux gives the program a terminal.
    const typed = `sleep 3; printf '%s\\r' ${JSON.stringify(PASSPHRASE)}; sleep 3`
    const terminal = `script --quiet --echo never --command ${JSON.stringify(`${process.execPath} ${program}`)} /dev/null`
    const { stdout } = spawnSync('sh', ['-c', `(${typed}) | ${terminal}`], { encoding: 'utf8' })
    expect(stdout).toContain(`Passphrase of ${path}: `)
    expect(stdout).toContain('opened')
    expect(stdout).not.toContain('horse')
  })
})
