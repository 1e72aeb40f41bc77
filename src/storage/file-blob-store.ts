import { mkdir, open, readFile, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { QuorateError, isQuorateError } from '../core/index.ts'
import { SEGMENT } from '../protocol/types.ts'
import type { Hash } from '../protocol/types.ts'
import type { BlobStore, OnDamaged, VerifyOption } from './blob-store.ts'
import { setAside } from './set-aside.ts'
import { storageError } from './storage-error.ts'
import { TEMPORARY, writeFileAtomic } from './write-file-atomic.ts'

export interface BlobStoreOptions {
  /** Created if missing. Owned by one process: hold the journal's lock on the state folder first. */
  folder: string
  /** With the dot: `.q8` for updates, `.json` for documents. */
  extension: `.${string}`
  /** The content address, 32 bytes. */
  addressOf: (bytes: Uint8Array) => Uint8Array
  /** Told of a file that is not what was stored, and of where it is now. */
  onDamaged?: OnDamaged
}

/**
 * Opens a blob store over a folder with one file `<hash><extension>` per blob, written atomically. What a crash left half written
 * is deleted on open. Files may be copied in and out by hand: `get` verifies, and moves a damaged file to the folder `damaged`.
 *
 * @example
 * const updates = await openBlobStore({ folder: join(data, 'updates'), extension: '.q8', addressOf: updateRoot })
 * const documents = await openBlobStore({ folder: join(data, 'documents'), extension: '.json', addressOf: keccak })
 */
export async function openBlobStore(options: BlobStoreOptions): Promise<BlobStore> {
  try {
    await mkdir(options.folder, { recursive: true, mode: 0o700 })
    const leftovers = (await readdir(options.folder)).filter((name) => TEMPORARY.test(name))
    await Promise.all(leftovers.map((name) => rm(join(options.folder, name), { force: true })))
    return new FileBlobStore(options)
  } catch (cause) {
    throw storageError(cause, options.folder)
  }
}

class FileBlobStore implements BlobStore {
  readonly #options: BlobStoreOptions

  constructor(options: BlobStoreOptions) {
    this.#options = options
  }

  async has(hash: Hash): Promise<boolean> {
    try {
      await this.size(hash)
      return true
    } catch (error) {
      if (isQuorateError(error, 'BLOB_NOT_FOUND')) return false
      throw error
    }
  }

  async size(hash: Hash): Promise<number> {
    const path = this.#path(hash)
    const { size } = await stat(path).catch((cause: unknown) => this.#fail(cause, hash, path))
    return size
  }

  async get(hash: Hash, { verify = true }: VerifyOption = {}): Promise<Uint8Array> {
    const path = this.#path(hash)
    const content = await readFile(path).catch((cause: unknown) => this.#fail(cause, hash, path))
    // A plain view: callers reinterpret it as Int8Array and compare it with arrays that are no Buffer.
    const bytes = new Uint8Array(content.buffer, content.byteOffset, content.byteLength)
    if (!verify || this.#isIntact(hash, bytes)) return bytes
    await this.setAside(hash)
    throw new QuorateError('BLOB_NOT_FOUND', `the bytes of blob ${hash} were damaged on disk`, { details: { hash } })
  }

  async setAside(hash: Hash): Promise<void> {
    const path = this.#path(hash)
    const moved = await setAside(path)
    if (moved) this.#options.onDamaged?.({ path, moved })
  }

  file(hash: Hash): string {
    return this.#path(hash)
  }

  async read(hash: Hash, offset: number, length: number): Promise<Uint8Array> {
    const path = this.#path(hash)
    const file = await open(path, 'r').catch((cause: unknown) => this.#fail(cause, hash, path))
    try {
      const bytes = new Uint8Array(length)
      let filled = 0
      while (filled < length) {
        const { bytesRead } = await file.read(bytes, filled, length - filled, offset + filled)
        if (bytesRead === 0) throw new QuorateError('BLOB_NOT_FOUND', `blob ${hash} ends before byte ${offset + length}`)
        filled += bytesRead
      }
      return bytes
    } catch (cause) {
      throw storageError(cause, path)
    } finally {
      await file.close()
    }
  }

  async readSegment(hash: Hash, index: number): Promise<Uint8Array> {
    return await this.read(hash, index * SEGMENT, SEGMENT)
  }

  async put(hash: Hash, bytes: Uint8Array, { verify = true }: VerifyOption = {}): Promise<void> {
    const path = this.#path(hash)
    if (verify) this.#verify(hash, bytes)
    if (await this.#holds(hash, bytes.length)) return
    await writeFileAtomic(path, bytes)
  }

  async add(bytes: Uint8Array): Promise<Hash> {
    const hash = this.#address(bytes)
    await this.put(hash, bytes, { verify: false })
    return hash
  }

  async list(): Promise<Hash[]> {
    const { folder, extension } = this.#options
    const names = await readdir(folder).catch((cause: unknown) => {
      throw storageError(cause, folder)
    })
    const hashes = names.filter((name) => name.endsWith(extension)).map((name) => name.slice(0, -extension.length))
    return hashes.filter(isHash).sort()
  }

  async delete(hash: Hash): Promise<boolean> {
    const path = this.#path(hash)
    const present = await this.has(hash)
    await rm(path, { force: true }).catch((cause: unknown) => this.#fail(cause, hash, path))
    return present
  }

  /** A file with another size under this name is damaged, so it is written again. */
  async #holds(hash: Hash, length: number): Promise<boolean> {
    return (await this.has(hash)) && (await this.size(hash)) === length
  }

  #path(hash: Hash): string {
    const name = hash.toLowerCase()
    // Hashes come from peers: nothing else may become part of a path.
    if (!isHash(name)) throw new QuorateError('MESSAGE_MALFORMED', 'a blob is named by 32 bytes of 0x-prefixed hex')
    return join(this.#options.folder, name + this.#options.extension)
  }

  #address(bytes: Uint8Array): Hash {
    return `0x${Buffer.from(this.#options.addressOf(bytes)).toString('hex')}`
  }

  /** An address may be defined for some lengths only. */
  #isIntact(hash: Hash, bytes: Uint8Array): boolean {
    try {
      return this.#address(bytes) === hash.toLowerCase()
    } catch {
      return false
    }
  }

  #verify(hash: Hash, bytes: Uint8Array): void {
    const actual = this.#address(bytes)
    if (actual !== hash.toLowerCase()) {
      throw new QuorateError('BLOB_MISMATCH', `the bytes of blob ${hash} have address ${actual}`, { details: { hash, actual } })
    }
  }

  #fail(cause: unknown, hash: Hash, path: string): never {
    if ((cause as { code?: string }).code === 'ENOENT') {
      throw new QuorateError('BLOB_NOT_FOUND', `no blob ${hash} in ${this.#options.folder}`, { details: { hash }, cause })
    }
    throw storageError(cause, path)
  }
}

function isHash(name: string): name is Hash {
  return /^0x[0-9a-f]{64}$/.test(name)
}
