/**
 * What a node keeps on disk.
 *
 * - `Journal`: events by round and a key/value state that survive `kill -9`; `openJournal(folder)` (SQLite, holds the folder),
 *   `openSharedJournal(path)` for several processes, or `createMemoryJournal()`.
 * - `BlobStore`: updates and documents under their content address; `openBlobStore({ folder, extension, addressOf })`.
 * - `writeFileAtomic`: all or nothing, for evidence folders and models.
 * - `SpoolFile`: the same for a file that is written piece by piece.
 *
 * Needs nothing but a folder. Open the journal first: its lock covers the folder.
 */
export * from './journal.ts'
export { openJournal, openSharedJournal } from './sqlite-journal.ts'
export type { JournalOptions } from './sqlite-journal.ts'
export { createMemoryJournal } from './memory-journal.ts'
export * from './blob-store.ts'
export { openBlobStore } from './file-blob-store.ts'
export type { BlobStoreOptions } from './file-blob-store.ts'
export { linkFile } from './link-file.ts'
export { makeFolder } from './make-folder.ts'
export { supportsLinks } from './supports-links.ts'
export { TEMPORARY, writeFileAtomic } from './write-file-atomic.ts'
export type { WriteFileAtomicOptions } from './write-file-atomic.ts'
export { DAMAGED_FOLDER, setAside } from './set-aside.ts'
export { syncFolder } from './sync-folder.ts'
export { SpoolFile } from './spool-file.ts'
export { codedError, isPassingStorageError, storageError } from './storage-error.ts'
