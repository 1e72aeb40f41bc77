import { randomBytes } from 'node:crypto'
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { storageError } from './storage-error.ts'

/** Where damaged files go, beside the file. */
export const DAMAGED_FOLDER = 'damaged'
/** Damaged files kept of a folder: enough to look into what happened, and models are large. */
const KEEP = 4

/**
 * Moves a file or folder that is not what was written out of the way, so that nobody reads it, and whoever looks for the cause finds it.
 *
 * @returns where it is now; undefined when it is gone
 * @throws QuorateError STORAGE_FULL, STORAGE_FAILED
 */
export async function setAside(path: string): Promise<string | undefined> {
  const folder = join(dirname(path), DAMAGED_FOLDER)
  const to = join(folder, `${basename(path)}.${randomBytes(6).toString('hex')}`)
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await rename(path, to)
    await dropOldest(folder)
    return to
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw storageError(cause, path)
  }
}

async function dropOldest(folder: string): Promise<void> {
  const names = await readdir(folder)
  if (names.length <= KEEP) return
  const aged = await Promise.all(names.map(async (name) => ({ name, at: (await stat(join(folder, name))).ctimeMs })))
  const old = aged.toSorted((a, b) => a.at - b.at).slice(0, -KEEP)
  await Promise.all(old.map(async ({ name }) => rm(join(folder, name), { recursive: true, force: true })))
}
