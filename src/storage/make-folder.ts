import { mkdir } from 'node:fs/promises'
import { storageError } from './storage-error.ts'

/** Makes a folder and those above it; one that is there stays as it is. @throws QuorateError STORAGE_FULL, STORAGE_FAILED */
export async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true }).catch((cause: unknown) => {
    throw storageError(cause, path)
  })
}
