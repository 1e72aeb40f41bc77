import { randomBytes } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { storageError } from './storage-error.ts'
import { syncFolder } from './sync-folder.ts'

/** Names of files that were being written when the process died; a folder's owner may delete them on start. */
export const TEMPORARY = /\.tmp-[0-9a-f]{12}$/

export interface WriteFileAtomicOptions {
  /** Permission bits, 0o644 by default; 0o600 for what only the owner may read. */
  mode?: number
}

/**
 * Writes a file atomically: a reader, or a restart after a crash, sees the old content or all of the new content. Uses
 * a temporary file, fsync, rename, and fsync of the folder. Text is written as UTF-8, a stream as it comes, so that a
 * file can be copied without being in memory. STORAGE_FULL or STORAGE_FAILED; the old file then stands.
 *
 * @example
 * await writeFileAtomic(join(folder, 'manifest.json'), manifest)
 */
export async function writeFileAtomic(
  path: string,
  content: Uint8Array | string | AsyncIterable<Uint8Array>,
  { mode = 0o644 }: WriteFileAtomicOptions = {},
): Promise<void> {
  const temporary = `${path}.tmp-${randomBytes(6).toString('hex')}`
  try {
    const file = await open(temporary, 'wx', mode)
    try {
      await file.writeFile(content)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
    await syncFolder(dirname(path))
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => {})
    throw storageError(cause, path)
  }
}
