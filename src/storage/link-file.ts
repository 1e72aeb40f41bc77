import { createReadStream } from 'node:fs'
import { link, rename, rm } from 'node:fs/promises'
import { randomBytes } from 'node:crypto'
import { storageError } from './storage-error.ts'
import { writeFileAtomic } from './write-file-atomic.ts'

/** File systems that have no hard links, or none between these two places. */
const NO_LINKS = ['EPERM', 'EXDEV', 'ENOTSUP', 'EOPNOTSUPP', 'EMLINK', 'ENOSYS']

/**
 * Gives a file a second name, so that its bytes are on disk once. What stands under that name is replaced in one step. Where the file system has no hard
 * links the file is copied.
 *
 * @throws QuorateError STORAGE_FULL, STORAGE_FAILED
 */
export async function linkFile(from: string, to: string): Promise<void> {
  const temporary = `${to}.tmp-${randomBytes(6).toString('hex')}`
  try {
    await link(from, temporary)
    await rename(temporary, to)
    // POSIX leaves both names of the same file where they are.
    await rm(temporary, { force: true })
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => {})
    if (!NO_LINKS.includes((cause as NodeJS.ErrnoException).code ?? '')) throw storageError(cause, to)
    await writeFileAtomic(to, createReadStream(from))
  }
}
