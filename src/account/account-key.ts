import { readFile } from 'node:fs/promises'
import type { LocalAccount } from 'viem'
import { accountFromKey } from '../chain/index.ts'
import { loadKey, loadSecret } from '../config/index.ts'
import type { AccountSource, SignerSource } from '../config/index.ts'
import { QuorateError } from '../core/index.ts'
import type { Hash } from '../protocol/index.ts'
import { openRemoteSigner } from '../signer/index.ts'
import type { RemoteSigner } from '../signer/index.ts'

/** The key of an account: the private key, or a signer that has it. */
export type AccountKey = Hash | RemoteSigner

/**
 * The key at a source of `[keys]`. A signer is not asked yet.
 *
 * @throws QuorateError KEY_INVALID, KEYSTORE_LOCKED, TLS_INVALID when a file of the signer's TLS cannot be read
 * @example const account = accountOf(await openAccountKey(config.keys.operator))
 */
export async function openAccountKey(source: AccountSource): Promise<AccountKey> {
  if (typeof source === 'string' || !('signer' in source)) return loadKey(source)
  const { signer: url, address, token, timeoutSeconds } = source
  return openRemoteSigner({
    url,
    address,
    token: token === undefined ? undefined : await loadSecret(token),
    tls: await readTls(source),
    timeoutMs: timeoutSeconds * 1000,
  })
}

/** What signs with a key. */
export function accountOf(key: AccountKey): LocalAccount {
  return typeof key === 'string' ? accountFromKey(key) : key
}

async function readTls({ ca, certificate, key }: SignerSource): Promise<{ ca?: string; certificate?: string; key?: string }> {
  const read = async (path: string): Promise<string> =>
    readFile(path, 'utf8').catch((cause: unknown) => {
      throw new QuorateError('TLS_INVALID', `cannot read ${path}: ${(cause as Error).message}`, { cause, details: { path } })
    })
  return {
    ...(ca !== undefined && { ca: await read(ca) }),
    ...(certificate !== undefined && { certificate: await read(certificate) }),
    ...(key !== undefined && { key: await loadSecret(key) }),
  }
}
