import { randomBytes } from 'node:crypto'
import { mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { QuorateError } from '../core/index.ts'
import type { Hex } from '../protocol/types.ts'
import { sealKeystore } from './keystore.ts'

/** Order of secp256k1 (SEC 2, 2.4.1); a private key is in 1 … order − 1. */
const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n

/**
 * Writes a key, a fresh one by default, to a new file of mode 0600 and returns it. An existing file is never touched: KEY_INVALID.
 */
export async function createKeyFile(path: string, key: Hex = generateKey()): Promise<Hex> {
  if (!isKey(key)) throw invalid(path, 'would not hold a valid private key')
  await createSecretFile(path, `${key}\n`)
  return key
}

/**
 * Writes a key, a fresh one by default, to a new keystore of version 3 that the passphrase opens, and returns it. Otherwise as `createKeyFile`. This takes a
 * second or more, in which nothing else runs.
 *
 * @example await createKeystoreFile('keys/operator.json', passphrase)
 */
export async function createKeystoreFile(path: string, passphrase: string, key: Hex = generateKey()): Promise<Hex> {
  if (!isKey(key)) throw invalid(path, 'would not hold a valid private key')
  await createSecretFile(path, sealKeystore(key, passphrase))
  return key
}

async function createSecretFile(path: string, text: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    const file = await open(path, 'wx', 0o600)
    try {
      await file.writeFile(text)
      // A power cut must not lose a key after its registration on chain: its stake would be lost.
      await file.sync()
    } finally {
      await file.close()
    }
  } catch (cause) {
    const exists = (cause as NodeJS.ErrnoException).code === 'EEXIST'
    const what = exists ? 'exists already and is not overwritten' : `cannot be created: ${(cause as Error).message}`
    throw invalid(path, what, cause)
  }
}

function generateKey(): Hex {
  const key: Hex = `0x${randomBytes(32).toString('hex')}`
  return isKey(key) ? key : generateKey()
}

/** Whether a text is 0x and a private key of secp256k1 in 64 hexadecimal digits. */
export function isKey(text: string): text is Hex {
  return /^0x[0-9a-fA-F]{64}$/.test(text) && BigInt(text) > 0n && BigInt(text) < ORDER
}

function invalid(path: string, what: string, cause?: unknown): QuorateError {
  return new QuorateError('KEY_INVALID', `the key file ${path} ${what}`, { details: { path }, cause })
}
