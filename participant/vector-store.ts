import { mkdir, readFile, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFileAtomic } from '../src/storage/index.ts'

/**
 * The state between trainings (quantisation residual, momentum), stored per training step. A repeated training, after a
 * crash or a void round, starts from the same state.
 */
export class VectorStore {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  /** The vector of the latest step before `step`; undefined at the beginning. float32[D] in layout order. */
  async load(step: number): Promise<Float32Array | undefined> {
    const latest = (await this.#steps()).filter((known) => known < step).at(-1)
    if (latest === undefined) return undefined
    const bytes = await readFile(join(this.#folder, `${latest}.f32`))
    return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength))
  }

  async save(step: number, vector: Float32Array): Promise<void> {
    await mkdir(this.#folder, { recursive: true })
    await writeFileAtomic(join(this.#folder, `${step}.f32`), new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength))
    for (const old of (await this.#steps()).slice(0, -3)) await rm(join(this.#folder, `${old}.f32`), { force: true })
  }

  async #steps(): Promise<number[]> {
    const names = await readdir(this.#folder).catch(() => [])
    return names
      .filter((name) => /^\d+\.f32$/.test(name))
      .map((name) => Number(name.slice(0, -4)))
      .sort((a, b) => a - b)
  }
}
