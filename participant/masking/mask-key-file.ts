import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { QuorateError } from '../../src/core/index.ts'
import { createMaskKey } from '../../src/masking/index.ts'
import type { MaskKey } from '../../src/masking/index.ts'
import { fromHex, toHex } from '../../src/protocol/index.ts'
import type { Hex } from '../../src/protocol/index.ts'
import { makeFolder, storageError, writeFileAtomic } from '../../src/storage/index.ts'

/** Name of the file in a member's data folder. */
export const MASK_KEY_FILE = 'mask.key'

/**
 * The key for masks of a member, made when it is first asked for. It is a file of its own, since it must outlive a change of the operator key: whoever has it and the masked rows of its mates
 * can take masks off.
 *
 * @param path 32 bytes in hexadecimal, readable by the node's user only
 * @throws QuorateError MASK_KEY_INVALID for a file that holds something else, STORAGE_FAILED
 * @example const key = await readMaskKey(join(dataFolder, MASK_KEY_FILE))
 */
export async function readMaskKey(path: string): Promise<MaskKey> {
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return undefined
    throw storageError(cause, path)
  })
  if (text !== undefined) {
    if (!/^0x[0-9a-f]{64}\n?$/.test(text)) throw new QuorateError('MASK_KEY_INVALID', `${path} holds no key for masks`)
    return createMaskKey(fromHex(text.trim() as Hex))
  }
  const secret = randomBytes(32)
  await makeFolder(dirname(path))
  await writeFileAtomic(path, `${toHex(secret)}\n`, { mode: 0o600 })
  return createMaskKey(secret)
}
