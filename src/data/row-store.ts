import { mkdtemp, open, rm } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { readSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { QuorateError } from '../core/errors.ts'

export interface RowStoreOptions {
  rowBytes: number
  /** Bytes kept in memory before rows go to a file. */
  memoryBytes?: number
  /** Folder of the file. It must be on a disk with room for all rows. */
  scratch?: string
}

const BLOCK = 1 << 20
const MEMORY = 64 << 20

/**
 * Rows of one width, written once in order and then read by number. Few rows stay in memory; more go to a file, so that a table of any length takes bounded
 * memory. The file has no name from the moment it is open: nobody else can open it, and nothing is left of it when the process ends, however it ends.
 */
export class RowStore {
  readonly #rowBytes: number
  readonly #memoryBlocks: number
  readonly #scratch: string
  readonly #blocks: Uint8Array[] = []
  readonly #perBlock: number
  #file: FileHandle | undefined
  #open: Uint8Array
  #filled = 0
  #count = 0

  constructor({ rowBytes, memoryBytes = MEMORY, scratch = tmpdir() }: RowStoreOptions) {
    this.#rowBytes = rowBytes
    this.#perBlock = Math.max(1, Math.floor(BLOCK / rowBytes))
    this.#memoryBlocks = Math.floor(memoryBytes / (this.#perBlock * rowBytes))
    this.#scratch = scratch
    this.#open = new Uint8Array(this.#perBlock * rowBytes)
  }

  get count(): number {
    return this.#count
  }

  /** Copies the row. @throws QuorateError STORAGE_FULL, STORAGE_FAILED */
  async append(row: Uint8Array): Promise<void> {
    this.#open.set(row, this.#filled * this.#rowBytes)
    this.#count++
    if (++this.#filled === this.#perBlock) await this.#closeBlock()
  }

  /** Rows by number, one after the other, into `into`. */
  read(indices: ArrayLike<number>, into: Uint8Array): void {
    for (let at = 0; at < indices.length;) {
      // Neighbours in one block are read in one go.
      let run = 1
      const first = indices[at]!
      const most = this.#perBlock - (first % this.#perBlock)
      while (run < most && indices[at + run] === first + run) run++
      this.#readRun(first, run, into.subarray(at * this.#rowBytes, (at + run) * this.#rowBytes))
      at += run
    }
  }

  async close(): Promise<void> {
    await this.#file?.close()
    this.#file = undefined
    this.#blocks.length = 0
  }

  #readRun(first: number, run: number, into: Uint8Array): void {
    const block = Math.floor(first / this.#perBlock)
    const from = (first % this.#perBlock) * this.#rowBytes
    const bytes = run * this.#rowBytes
    const written = Math.floor(this.#count / this.#perBlock)
    const held = block === written ? this.#open : this.#blocks[block]
    if (held) into.set(held.subarray(from, from + bytes))
    else this.#readFile(into, block * this.#perBlock * this.#rowBytes + from)
  }

  /** Synchronous, because the rows of a batch lie in the cache of the system most of the time, and a promise for each costs more than the read. */
  #readFile(into: Uint8Array, position: number): void {
    for (let done = 0; done < into.length;) {
      const got = readSync(this.#file!.fd, into, done, into.length - done, position + done)
      if (got === 0) throw new Error('the scratch file of the data set is shorter than what was written')
      done += got
    }
  }

  async #writeBlock(position: number): Promise<void> {
    try {
      this.#file ??= await namelessFile(this.#scratch)
      for (let done = 0; done < this.#open.length;) {
        const { bytesWritten } = await this.#file.write(this.#open, done, this.#open.length - done, position + done)
        done += bytesWritten
      }
    } catch (cause) {
      const { code, message } = cause as NodeJS.ErrnoException
      const folder = this.#scratch
      throw new QuorateError(
        code === 'ENOSPC' ? 'STORAGE_FULL' : 'STORAGE_FAILED',
        `the records do not fit in memory and cannot be written to ${folder}: ${message}. TMPDIR names another folder`,
        { cause, details: { folder } },
      )
    }
  }

  async #closeBlock(): Promise<void> {
    const index = this.#count / this.#perBlock - 1
    if (index < this.#memoryBlocks) {
      this.#blocks.push(this.#open)
      this.#open = new Uint8Array(this.#open.length)
    } else {
      await this.#writeBlock(index * this.#open.length)
    }
    this.#filled = 0
  }
}

async function namelessFile(folder: string): Promise<FileHandle> {
  const own = await mkdtemp(join(folder, 'quorate-rows-'))
  try {
    return await open(join(own, 'rows'), 'wx+', 0o600)
  } finally {
    await rm(own, { recursive: true })
  }
}
