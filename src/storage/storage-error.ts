import { QuorateError, isQuorateError, storageCode } from '../core/index.ts'
import type { ErrorCode } from '../core/index.ts'

/** Primary result codes of SQLite (https://sqlite.org/rescode.html) that mean something other than "storage failed". */
const SQLITE_CODES: Readonly<Record<number, ErrorCode>> = {
  5: 'STORAGE_LOCKED', // SQLITE_BUSY
  6: 'STORAGE_LOCKED', // SQLITE_LOCKED
  11: 'JOURNAL_CORRUPT', // SQLITE_CORRUPT
  13: 'STORAGE_FULL', // SQLITE_FULL: ENOSPC arrives as this one too
  26: 'JOURNAL_CORRUPT', // SQLITE_NOTADB
}

/**
 * Translates what SQLite or the file system threw: STORAGE_FULL, STORAGE_LOCKED, JOURNAL_CORRUPT, otherwise STORAGE_FAILED.
 * A QuorateError passes through unchanged, so a boundary may be crossed twice.
 *
 * @example
 * try { await handle.write(bytes) } catch (cause) { throw storageError(cause, path) }
 */
export function storageError(cause: unknown, path: string): QuorateError {
  if (isQuorateError(cause)) return cause
  const { errcode, code, message } = cause as { errcode?: number; code?: string; message?: string }
  const mapped =
    errcode === undefined
      ? storageCode(code)
      : // The low byte of an extended result code is its primary code.
        SQLITE_CODES[errcode & 0xff]
  return new QuorateError(mapped ?? 'STORAGE_FAILED', `${path}: ${message ?? String(cause)}`, {
    cause,
    details: { path, ...(errcode === undefined ? {} : { sqlite: errcode }), ...(code === undefined ? {} : { system: code }) },
  })
}

/** What the system says of disks alone. */
const DISK = new Set(['EIO', 'EROFS', 'ENOSPC', 'EDQUOT', 'EFBIG', 'ESTALE'])

/** Any error as one with a code: a disk that failed wherever nobody thought of it is no defect of the program, everything else unknown is INTERNAL. */
export function codedError(error: unknown): QuorateError {
  if (isQuorateError(error)) return error
  const { code, path } = (error ?? {}) as { code?: string; path?: string }
  if (DISK.has(code ?? '')) return storageError(error, path ?? 'the state folder')
  return new QuorateError('INTERNAL', String(error), { cause: error })
}

/** Troubles of a device, which pass: it is read-only or fails for a while, or the system has too little of something. */
const PASSING_SYSTEM = new Set(['EROFS', 'EIO', 'EBUSY', 'EAGAIN', 'ESTALE', 'ETIMEDOUT', 'EMFILE', 'ENFILE', 'ENOMEM'])
/** SQLITE_NOMEM, SQLITE_READONLY, SQLITE_IOERR. */
const PASSING_SQLITE = new Set([7, 8, 10])

/** Whether a storage error may pass by itself. A wrong path, missing rights, a lock or a damaged journal do not. */
export function isPassingStorageError({ code, details }: QuorateError): boolean {
  if (code === 'STORAGE_FULL') return true
  if (code !== 'STORAGE_FAILED') return false
  const { system, sqlite } = details as { system?: string; sqlite?: number }
  return sqlite === undefined ? PASSING_SYSTEM.has(system ?? '') : PASSING_SQLITE.has(sqlite & 0xff)
}
