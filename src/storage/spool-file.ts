import { randomBytes } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { storageError } from './storage-error.ts'
import { syncFolder } from './sync-folder.ts'

/**
 * A file that is written piece by piece and takes its name only when it is whole: until then, and after a crash, nobody takes it for the real one. Errors:
 * STORAGE_FULL, STORAGE_FAILED.
 *
 * @example
 * await using file = await SpoolFile.create(updates.file(root))
 * await file.write(0, bytes)
 * await file.commit()
 */
export class SpoolFile implements AsyncDisposable {
  readonly #path: string
  readonly #temporary: string
  readonly #file: FileHandle
  #size = 0
  #open = true

  private constructor(path: string, temporary: string, file: FileHandle) {
    this.#path = path
    this.#temporary = temporary
    this.#file = file
  }

  /** @param path the name it takes with `commit`; its folder exists */
  static async create(path: string): Promise<SpoolFile> {
    const temporary = `${path}.tmp-${randomBytes(6).toString('hex')}`
    try {
      return new SpoolFile(path, temporary, await open(temporary, 'wx+'))
    } catch (cause) {
      throw storageError(cause, path)
    }
  }

  /** End of the furthest byte written. */
  get size(): number {
    return this.#size
  }

  async write(offset: number, bytes: Uint8Array): Promise<void> {
    try {
      for (let done = 0; done < bytes.length;) {
        const { bytesWritten } = await this.#file.write(bytes, done, bytes.length - done, offset + done)
        done += bytesWritten
      }
      this.#size = Math.max(this.#size, offset + bytes.length)
    } catch (cause) {
      throw storageError(cause, this.#path)
    }
  }

  /** Up to `length` bytes from `offset`: fewer where the file ends. */
  async read(offset: number, length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(Math.max(0, Math.min(length, this.#size - offset)))
    try {
      for (let done = 0; done < bytes.length;) {
        const { bytesRead } = await this.#file.read(bytes, done, bytes.length - done, offset + done)
        if (bytesRead === 0) return bytes.subarray(0, done)
        done += bytesRead
      }
      return bytes
    } catch (cause) {
      throw storageError(cause, this.#path)
    }
  }

  /** Throws away what was written. */
  async clear(): Promise<void> {
    try {
      await this.#file.truncate(0)
      this.#size = 0
    } catch (cause) {
      throw storageError(cause, this.#path)
    }
  }

  /** Gives the file its name, durably. */
  async commit(): Promise<void> {
    try {
      await this.#file.sync()
      await this.#file.close()
      this.#open = false
      await rename(this.#temporary, this.#path)
      await syncFolder(dirname(this.#path))
    } catch (cause) {
      throw storageError(cause, this.#path)
    }
  }

  /** Deletes what was not committed. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#open) await this.#file.close()
    this.#open = false
    await rm(this.#temporary, { force: true })
  }
}
