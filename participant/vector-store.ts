import { readFile, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { makeFolder, setAside, storageError, writeFileAtomic } from '../src/storage/index.ts'
import type { OnDamaged } from '../src/storage/index.ts'

/** Bytes of the CRC-32 behind the vector, little endian. */
const CHECK = 4

/** Steps that stay on disk. */
const KEEP = 3
/** The same of personal layers: nodes keep the models of as many claims, and each goes with the layers of its round. */
const KEEP_PERSONAL = 64

/**
 * Where a member keeps its own layers between rounds.
 *
 * @param folder the member's state folder
 * @param kind `private-personal` where every training adds noise: layers that were trained without it must not shape an update that has it
 */
export function personalStore(
  folder: string,
  { kind = 'personal', onDamaged }: { kind?: 'personal' | 'private-personal'; onDamaged?: OnDamaged } = {},
): VectorStore {
  return new VectorStore(join(folder, kind), onDamaged, { keep: KEEP_PERSONAL, orBefore: true })
}

/**
 * The state between trainings (quantisation residual, momentum, personal layers), stored per training step. A repeated training, after a
 * crash or a void round, starts from the same state. A vector that was damaged on disk is moved away, and the next training begins
 * without one: that costs one rounding error, or the momentum of a few rounds. Personal layers go on from the training before.
 */
export class VectorStore {
  readonly #folder: string
  readonly #onDamaged: OnDamaged
  readonly #keep: number
  readonly #orBefore: boolean

  /** @param orBefore whether the vector of the step before serves in place of one that was damaged */
  constructor(folder: string, onDamaged: OnDamaged = () => {}, { keep = KEEP, orBefore = false } = {}) {
    this.#folder = folder
    this.#onDamaged = onDamaged
    this.#keep = keep
    this.#orBefore = orBefore
  }

  /**
   * The vector of the latest step before `step`; undefined at the beginning. float32[D] in layout order.
   *
   * @throws QuorateError STORAGE_FAILED, STORAGE_FULL: the disk fails, and the training waits for it
   */
  async load(step: number): Promise<Float32Array | undefined> {
    const latest = (await this.#steps()).filter((known) => known < step).at(-1)
    if (latest === undefined) return undefined
    const path = this.#path(latest)
    const bytes = await readFile(path).catch((cause: unknown) => {
      throw storageError(cause, path)
    })
    const length = bytes.length - CHECK
    if (length >= 0 && length % 4 === 0 && bytes.readUInt32LE(length) === crc32(bytes.subarray(0, length)))
      return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + length))
    const moved = await setAside(path)
    if (moved) this.#onDamaged({ path, moved })
    return moved && this.#orBefore ? this.load(step) : undefined
  }

  async save(step: number, vector: Float32Array): Promise<void> {
    await makeFolder(this.#folder)
    const bytes = Buffer.alloc(vector.byteLength + CHECK)
    bytes.set(new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength))
    bytes.writeUInt32LE(crc32(bytes.subarray(0, vector.byteLength)), vector.byteLength)
    await writeFileAtomic(this.#path(step), bytes)
    for (const old of (await this.#steps()).slice(0, -this.#keep)) await rm(this.#path(old), { force: true })
  }

  #path(step: number): string {
    return join(this.#folder, `${step}.f32`)
  }

  async #steps(): Promise<number[]> {
    const names = await readdir(this.#folder).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code === 'ENOENT') return []
      throw storageError(cause, this.#folder)
    })
    return names
      .filter((name) => /^\d+\.f32$/.test(name))
      .map((name) => Number(name.slice(0, -4)))
      .sort((a, b) => a - b)
  }
}
