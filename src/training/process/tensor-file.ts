import { open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { QuorateError } from '../../core/errors.ts'
import type { Layout } from '../layout.ts'
import { FLOAT } from './match-tensors.ts'
import { placeTensors, readAll } from './safetensors-head.ts'
import { slicesWithin } from './sent-tensors.ts'
import type { PlacedTensor, SentTensors, TensorSlice } from './sent-tensors.ts'

/** Bytes that are read at once: two of them stay in the cache of a core, and a read of fewer costs more than its bytes. */
const WINDOW = 4 * 1024 * 1024

/**
 * A file of the safetensors format that is read where its values are used, so that they are never in memory as a whole: fresh memory for a large model takes
 * longer than reading it. Dispose of it.
 *
 * @example
 * await using file = await TensorFile.open(path, layout)
 * for await (const { at, values } of file.slices()) flat.set(values, at)
 */
export class TensorFile implements SentTensors {
  readonly #file: FileHandle
  readonly #tensors: readonly PlacedTensor[]

  private constructor(file: FileHandle, tensors: readonly PlacedTensor[]) {
    this.#file = file
    this.#tensors = tensors
  }

  /**
   * Opens the file that a program wrote, and compares its head with the tensors of the task.
   *
   * @throws QuorateError TRAINER_TENSOR naming the tensor, or saying what is wrong with the file
   */
  static async open(path: string, layout: Layout): Promise<TensorFile> {
    const file = await open(path, 'r').catch((cause: unknown) => {
      throw new QuorateError('TRAINER_TENSOR', `the trainer wrote no file with its result: ${(cause as Error).message}`, {
        cause,
      })
    })
    try {
      return new TensorFile(file, await placeTensors(file, layout))
    } catch (error) {
      await file.close()
      throw error
    }
  }

  /** All values once, in the order of the file. @throws QuorateError TRAINER_TENSOR when the file has become shorter */
  async *slices(): AsyncGenerator<TensorSlice> {
    const start = this.#tensors[0]?.from ?? 0
    const end = this.#tensors.reduce((sum, { place }) => sum + place.length * FLOAT, start)
    const windows = [new Uint8Array(WINDOW), new Uint8Array(WINDOW)] as const
    const read = async (from: number, turn: number): Promise<Uint8Array> => {
      const window = windows[turn % 2]!.subarray(0, Math.min(WINDOW, end - from))
      await readAll(this.#file, window, from)
      return window
    }
    let next = start < end ? read(start, 0) : undefined
    try {
      for (let [from, turn] = [start, 0]; from < end; from += WINDOW, turn++) {
        const window = await next!
        // The system copies the next window while this one is used.
        next = from + WINDOW < end ? read(from + WINDOW, turn + 1) : undefined
        yield* slicesWithin(this.#tensors, from, window)
      }
    } finally {
      await next?.catch(() => {})
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // A file that was only read has nothing to lose.
    await this.#file.close().catch(() => {})
  }
}
