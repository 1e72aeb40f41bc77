import { mkdir, readFile, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFileAtomic } from '../src/storage/index.ts'

/** What quantisation left over, kept per round so that training a round again after a crash starts from the same point. */
export class ResidualStore {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  /** The residual of the latest round before `round`; undefined at the beginning. float32[D] in layout order. */
  async load(round: bigint): Promise<Float32Array | undefined> {
    const latest = (await this.#rounds()).filter((known) => known < round).at(-1)
    if (latest === undefined) return undefined
    const bytes = await readFile(join(this.#folder, `${latest}.f32`))
    return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength))
  }

  async save(round: bigint, residual: Float32Array): Promise<void> {
    await mkdir(this.#folder, { recursive: true })
    await writeFileAtomic(
      join(this.#folder, `${round}.f32`),
      new Uint8Array(residual.buffer, residual.byteOffset, residual.byteLength),
    )
    for (const old of (await this.#rounds()).slice(0, -3)) await rm(join(this.#folder, `${old}.f32`), { force: true })
  }

  async #rounds(): Promise<bigint[]> {
    const names = await readdir(this.#folder).catch(() => [])
    return names
      .filter((name) => /^\d+\.f32$/.test(name))
      .map((name) => BigInt(name.slice(0, -4)))
      .sort((a, b) => (a < b ? -1 : 1))
  }
}
