import { randomBytes } from 'node:crypto'
import { mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { QuorateError } from '../core/index.ts'
import type { Hex } from '../protocol/types.ts'
import { readSecret } from '../secrets/index.ts'

/** Order of secp256k1 (SEC 2, 2.4.1); a private key is in 1 … order − 1. */
const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n

/**
 * The private key in a file: one line, 0x and 64 hexadecimal digits, readable by its owner and by groups of this process only, or
 * mounted as a secret.
 *
 * Errors: KEY_INVALID. Neither the key nor a part of it appears in any error.
 *
 * @example
 * const operator = accountFromKey(await loadKeyFile(config.keys.operator))
 */
export async function loadKeyFile(path: string): Promise<Hex> {
  const { text, exposedTo } = await read(path)
  if (exposedTo) throw invalid(path, `is readable by ${exposedTo}`)
  const key = text.trim()
  if (!isKey(key)) throw invalid(path, 'does not hold one private key')
  return key
}

/**
 * Writes a key, a fresh one by default, to a new file of mode 0600 and returns it. An existing file is never touched: KEY_INVALID.
 */
export async function createKeyFile(path: string, key: Hex = generateKey()): Promise<Hex> {
  if (!isKey(key)) throw invalid(path, 'would not hold a valid private key')
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    const file = await open(path, 'wx', 0o600)
    try {
      await file.writeFile(`${key}\n`)
      // A power cut must not lose a key after its registration on chain: its stake would be lost.
      await file.sync()
    } finally {
      await file.close()
    }
  } catch (cause) {
    throw invalid(path, `cannot be created: ${(cause as Error).message}`, cause)
  }
  return key
}

function generateKey(): Hex {
  const key: Hex = `0x${randomBytes(32).toString('hex')}`
  return isKey(key) ? key : generateKey()
}

function isKey(text: string): text is Hex {
  return /^0x[0-9a-fA-F]{64}$/.test(text) && BigInt(text) > 0n && BigInt(text) < ORDER
}

async function read(path: string): ReturnType<typeof readSecret> {
  try {
    return await readSecret(path)
  } catch (cause) {
    throw invalid(path, `cannot be read: ${(cause as Error).message}`, cause)
  }
}

function invalid(path: string, what: string, cause?: unknown): QuorateError {
  return new QuorateError('KEY_INVALID', `the key file ${path} ${what}`, { details: { path }, cause })
}
