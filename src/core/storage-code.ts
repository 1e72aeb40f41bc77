import type { ErrorCode } from './error-codes.ts'

const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])

/** The code of an error of the file system: STORAGE_FULL where there is no room, otherwise STORAGE_FAILED. */
export function storageCode(system: string | undefined): ErrorCode {
  return FULL.has(system ?? '') ? 'STORAGE_FULL' : 'STORAGE_FAILED'
}
