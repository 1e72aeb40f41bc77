import { Keystore } from 'ox'
import { privateKeyToAddress } from 'viem/accounts'
import { z } from 'zod'
import { QuorateError } from '../core/index.ts'
import type { Hex } from '../protocol/types.ts'

const hex = (bytes: number) => z.string().regex(new RegExp(`^[0-9a-fA-F]{${2 * bytes}}$`))
const salt = z.string().regex(/^(?:[0-9a-fA-F]{2}){8,64}$/)
/** The limits are far above what wallets write. A file of a stranger cannot take all memory or an hour. */
const scrypt = z
  .object({ kdf: z.literal('scrypt'), kdfparams: z.object({ dklen: z.literal(32), n: z.int(), r: z.int(), p: z.int(), salt }) })
  .refine(({ kdfparams: { n, r, p } }) => n > 1 && n <= 2 ** 20 && r > 0 && p > 0 && n * r <= 2 ** 23 && n * r * p <= 2 ** 24)
const pbkdf2 = z.object({
  kdf: z.literal('pbkdf2'),
  kdfparams: z.object({ dklen: z.literal(32), c: z.int().min(1).max(10_000_000), prf: z.literal('hmac-sha256'), salt }),
})
const cipher = z.object({
  cipher: z.literal('aes-128-ctr'),
  ciphertext: hex(32),
  cipherparams: z.object({ iv: hex(16) }),
  mac: hex(32),
})
const keystoreSchema = z.object({
  version: z.literal(3),
  id: z.string().default(''),
  crypto: z.intersection(cipher, z.union([scrypt, pbkdf2])),
})

/** Whether the text of a key file is meant as a keystore, and not as a key. */
export function looksLikeKeystore(text: string): boolean {
  return text.trimStart().startsWith('{')
}

/**
 * The private key in a keystore of version 3 (Web3 Secret Storage), as wallets and `cast wallet` write it.
 *
 * Errors: KEY_INVALID if the text is no such keystore, KEYSTORE_LOCKED if the passphrase does not open it. Neither holds key or passphrase.
 *
 * This takes a second or more, in which nothing else runs: a node does it before it starts.
 *
 * @param path for errors
 */
export function openKeystore(path: string, text: string, passphrase: string): Hex {
  const keystore = parse(path, text)
  // Its asynchronous twin takes `r` and `p` for constants, and does not open what wallets write.
  const key = Keystore.toKey(keystore, { password: passphrase })
  try {
    return Keystore.decrypt(keystore, key)
  } catch (cause) {
    throw new QuorateError('KEYSTORE_LOCKED', `the passphrase does not open the keystore ${path}`, { details: { path }, cause })
  }
}

/**
 * The text of a keystore of version 3 that holds a key, with the scrypt work that wallets ask for (N = 2^18). This takes a second or more, in which nothing else
 * runs.
 */
export function sealKeystore(key: Hex, passphrase: string): string {
  const [derived, options] = Keystore.scrypt({ password: passphrase })
  const address = privateKeyToAddress(key).slice(2).toLowerCase()
  return `${JSON.stringify({ address, ...Keystore.encrypt(key, derived, options) })}\n`
}

function parse(path: string, text: string): Keystore.Keystore {
  try {
    return keystoreSchema.parse(JSON.parse(text))
  } catch {
    // The cause would quote the text.
    throw new QuorateError('KEY_INVALID', `${path} is no keystore of version 3 with scrypt or pbkdf2`, { details: { path } })
  }
}
