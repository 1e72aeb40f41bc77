import { int32Leaves, int8Leaves, modelRoot, segmentRoots, updateRoot } from '../src/protocol/index.ts'
import { twinHashKernel, wasmHashKernel } from '../src/protocol/kernels/index.ts'
import { padded, randomInts, updatesOf } from './arrays.ts'
import { measure } from './measure.ts'

export interface TreeRow {
  what: string
  /** Processor milliseconds, WASM SIMD. */
  wasm: number
  /** The same of the twin (@noble/hashes) on the same input; null where the twin is a whole program. */
  twin: number | null
}

/** Hashing and trees over a vector of 2^20 coordinates, against the twin. */
export async function benchTrees(budget: number): Promise<TreeRow[]> {
  const wasm = wasmHashKernel()
  const length = padded(2 ** 20)
  const [update] = updatesOf(1, length)
  const bytes = new Uint8Array(update!.buffer)
  const next = randomInts(5)
  const model = Int32Array.from({ length }, () => next() | 0)
  const partials = Int32Array.from({ length: 128 * 36 }, () => next() % 2 ** 27)
  const best = async (work: () => unknown): Promise<number> => (await measure(work, budget)).cpu
  const both = async (what: string, work: (kernel: typeof wasm) => unknown): Promise<TreeRow> => ({
    what,
    wasm: await best(() => work(wasm)),
    twin: await best(() => work(twinHashKernel)),
  })
  const alone = async (what: string, work: () => unknown): Promise<TreeRow> => ({ what, wasm: await best(work), twin: null })
  return [
    await both('16,384 inner nodes (64 bytes)', (kernel) => kernel.hashEach(bytes, 64)),
    await both('4096 update chunks (256 bytes)', (kernel) => kernel.hashEach(bytes, 256)),
    await both('4096 model chunks (1024 bytes)', (kernel) => kernel.hashInts(model, 256)),
    await both('36 pairs of the Gram tree, 128 segments', (kernel) => kernel.pairLeaves(partials, 36, 0, 36)),
    await alone('update root', () => updateRoot(update!)),
    await alone('segment roots', () => segmentRoots(update!)),
    await alone('model root', () => modelRoot(model)),
    await alone('chunk leaves of an update, as a list', () => int8Leaves(update!)),
    await alone('chunk leaves of a model, as a list', () => int32Leaves(model)),
  ]
}
