import { privateKeyToAccount } from 'viem/accounts'
import type { PrivateKeyAccount } from 'viem/accounts'
import { QuorateError } from '../core/index.ts'

/**
 * The account of a private key, 32 bytes as 0x-hex.
 *
 * Errors: KEY_INVALID when the text is no key. The text itself appears in no error.
 *
 * @example
 * const owner = accountFromKey('0xac0974be…')
 */
export function accountFromKey(privateKey: string): PrivateKeyAccount {
  // No `cause`: the library's message quotes the key.
  if (!/^0x[0-9a-f]{64}$/i.test(privateKey))
    throw new QuorateError('KEY_INVALID', 'the private key is not 0x followed by 64 hexadecimal digits')
  try {
    return privateKeyToAccount(privateKey as `0x${string}`)
  } catch {
    throw new QuorateError('KEY_INVALID', 'the private key is zero or not below the order of secp256k1')
  }
}
