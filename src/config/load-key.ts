import { QuorateError } from '../core/index.ts'
import type { Hex } from '../protocol/types.ts'
import { askSecret, readSecret, takeDescriptor, takeVariable } from '../secrets/index.ts'
import { isKey } from './key-file.ts'
import { describeSource } from './key-source.ts'
import type { KeySource, SecretSource } from './key-source.ts'
import { looksLikeKeystore, openKeystore } from './keystore.ts'

/** Keys that can be read once only, and keystores, for which nobody types a passphrase twice. */
const opened = new Map<string, Promise<Hex>>()
const secrets = new Map<string, string>()

/**
 * The private key at a source of the section `[keys]`: a file, an environment variable, a file descriptor or a keystore.
 *
 * Errors: KEY_INVALID, KEYSTORE_LOCKED. Neither the key nor the passphrase nor a part of them appears in any error.
 *
 * @example
 * const operator = accountFromKey(await loadKey(config.keys.operator))
 */
export async function loadKey(source: KeySource): Promise<Hex> {
  if (typeof source === 'string') return loadKeyFile(source)
  const name = JSON.stringify(source)
  const known = opened.get(name)
  if (known) return known
  const key = 'keystore' in source ? fromKeystore(source.keystore, source.passphrase) : plain(source)
  opened.set(name, key)
  // What failed may be mended and tried again.
  key.catch(() => opened.delete(name))
  return key
}

/**
 * The private key in a file: one line, 0x and 64 hexadecimal digits, or a keystore of version 3, for whose passphrase the terminal is asked. Its
 * owner and groups of this process may read the file, and nobody else, unless it is mounted as a secret. Errors as `loadKey`.
 */
export async function loadKeyFile(path: string): Promise<Hex> {
  const text = await read(path)
  if (!looksLikeKeystore(text)) return checked(text, path)
  return fromKeystore(path, undefined)
}

async function plain(source: SecretSource): Promise<Hex> {
  return checked(await read(source), source)
}

async function fromKeystore(path: string, passphrase: SecretSource | undefined): Promise<Hex> {
  const text = await read(path)
  const words = passphrase === undefined ? await askSecret(`Passphrase of ${path}: `) : await readPassphrase(passphrase)
  if (words === undefined)
    throw new QuorateError(
      'KEYSTORE_LOCKED',
      `the keystore ${path} needs a passphrase, and there is no terminal to ask: name its place, { keystore = "…", passphrase = "FILE" }`,
      { details: { path } },
    )
  return checked(openKeystore(path, text, words), { keystore: path })
}

/** The passphrase at a source. Errors as `loadKey`. */
export async function readPassphrase(source: SecretSource): Promise<string> {
  // Editors and `echo` end a file with a line feed, which is no part of the passphrase.
  return (await read(source)).replace(/\r?\n$/, '')
}

/**
 * A secret that is no key, such as a token: the text at a source, without the white space around it. A file must be as safe as that of a key.
 * What can be read once only is kept. Error: KEY_INVALID.
 */
export async function loadSecret(source: SecretSource): Promise<string> {
  if (typeof source === 'string') return (await read(source)).trim()
  const name = JSON.stringify(source)
  const known = secrets.get(name) ?? (await read(source)).trim()
  secrets.set(name, known)
  return known
}

function checked(text: string, source: KeySource): Hex {
  const key = text.trim()
  if (!isKey(key)) throw invalid(source, 'does not hold one private key')
  return key
}

async function read(source: SecretSource): Promise<string> {
  if (typeof source === 'string') return readSafe(source)
  if ('env' in source) {
    const value = takeVariable(source.env)
    if (value === undefined) throw invalid(source, 'is not set')
    return value
  }
  try {
    return takeDescriptor(source.fd)
  } catch (cause) {
    throw invalid(source, `cannot be read: ${(cause as Error).message}`, cause)
  }
}

async function readSafe(path: string): Promise<string> {
  const { text, exposedTo } = await readSecret(path).catch((cause: unknown) => {
    throw invalid(path, `cannot be read: ${(cause as Error).message}`, cause)
  })
  if (exposedTo) throw invalid(path, `is readable by ${exposedTo}`)
  return text
}

function invalid(source: KeySource, what: string, cause?: unknown): QuorateError {
  return new QuorateError('KEY_INVALID', `${describeSource(source)} ${what}`, {
    details: typeof source === 'string' ? { path: source } : { source },
    cause,
  })
}
