import { readFileSync } from 'node:fs'
import { CHUNK, MAX_MEMBERS, SEGMENT } from '../../protocol/types.ts'
import { MAX_ROWS } from './kernels.ts'
import type { Kernels } from './kernels.ts'

type Trim = (
  rows: number,
  stakes: number,
  count: number,
  length: number,
  trim: number,
  left: number,
  scratch: number,
  kept: number,
  out: number,
) => void

interface Exports {
  memory: WebAssembly.Memory
  gram(rows: number, size: number, length: number, out: number): void
  weightedSum(rows: number, betas: number, count: number, length: number, out: number): void
  step(model: number, sums: number, eta: number, shift: number, length: number): void
  referenceStep(reference: number, sums: number, decay: number, gain: number, length: number): void
  trimmedMean: Trim
  trimmedMixed: Trim
  median(
    rows: number,
    stakes: number,
    count: number,
    length: number,
    total: number,
    scratch: number,
    kept: number,
    out: number,
  ): void
  hasInvalidValue(row: number, length: number): number
  normSquared(row: number, length: number): number
}

// Linear memory (28 pages): rows, one segment each; then a block of i32 that holds a Gram matrix or a tile of sums; betas; a tile of
// the model or reference; kept stake and scratch of trimmed mean and median. Larger inputs pass through in tiles of one segment.
const ROWS = 65_536
const SUMS = ROWS + MAX_ROWS * SEGMENT
const BETAS = SUMS + MAX_ROWS * MAX_ROWS * 4
const STATE = BETAS + 4096
const KEPT = STATE + SEGMENT * 4
const SCRATCH = KEPT + 2048
const BPS = 10_000
/** Values of 32 bits where a segment of int8 fits. */
const WIDE_TILE = SEGMENT / 4
const GRAM_LENGTH = MAX_ROWS * MAX_ROWS

let compiled: WebAssembly.Module | undefined

/**
 * The SIMD kernels. Each call of this factory has its own 1.75 MiB of memory, so several may run beside one another in workers.
 *
 * @example const kernels = createWasmKernels()
 */
export function createWasmKernels(): Kernels {
  compiled ??= new WebAssembly.Module(readFileSync(new URL('kernels.wasm', import.meta.url)))
  const wasm = new WebAssembly.Instance(compiled, {
    // The stub runtime calls this for a failed assertion; the kernels make none.
    env: { abort: () => unreachable('a kernel aborted') },
  }).exports as unknown as Exports
  const { buffer } = wasm.memory
  const bytes = new Int8Array(buffer)
  const words = new Int32Array(buffer)
  const sumTile = new Int32Array(buffer, SUMS, SEGMENT)
  const gramMatrix = new Int32Array(buffer, SUMS, GRAM_LENGTH)
  const betaCells = new Int32Array(buffer, BETAS, MAX_ROWS)
  const keptCells = new Float64Array(buffer, KEPT, MAX_ROWS)
  const modelTile = new Int32Array(buffer, STATE, SEGMENT)

  return {
    name: 'wasm',

    gramSegment(rows, out) {
      const length = rows[0]?.length ?? 0
      checkRows(rows, length)
      if (length > SEGMENT) unreachable(`a segment has at most ${SEGMENT} coordinates, got ${length}`)
      // Rows up to the next multiple of four hold data of an earlier call: their products are computed and not read.
      const size = Math.ceil(rows.length / 4) * 4
      rows.forEach((row, i) => bytes.set(row, ROWS + i * SEGMENT))
      wasm.gram(ROWS, size, length, SUMS)
      for (let i = 0, pair = 0; i < rows.length; i++) {
        for (let j = 0; j <= i; j++) out[pair++] = gramMatrix[i * size + j]!
      }
    },

    weightedSum(rows, betas, out) {
      checkRows(rows, out.length)
      betaCells.set(betas)
      for (let from = 0; from < out.length; from += SEGMENT) {
        const length = Math.min(SEGMENT, out.length - from)
        rows.forEach((row, i) => bytes.set(row.subarray(from, from + length), ROWS + i * SEGMENT))
        wasm.weightedSum(ROWS, BETAS, rows.length, length, SUMS)
        out.set(sumTile.subarray(0, length), from)
      }
    },

    step(model, sums, eta, shift) {
      for (let from = 0; from < model.length; from += SEGMENT) {
        const length = Math.min(SEGMENT, model.length - from)
        modelTile.set(model.subarray(from, from + length))
        sumTile.set(sums.subarray(from, from + length))
        wasm.step(STATE, SUMS, eta, shift, length)
        model.set(modelTile.subarray(0, length), from)
      }
    },

    referenceStep(reference, sums, decay, gain) {
      for (let from = 0; from < reference.length; from += SEGMENT) {
        const length = Math.min(SEGMENT, reference.length - from)
        bytes.set(reference.subarray(from, from + length), STATE)
        sumTile.set(sums.subarray(from, from + length))
        wasm.referenceStep(STATE, SUMS, decay, gain, length)
        reference.set(bytes.subarray(STATE, STATE + length), from)
      }
    },

    trimmedMean(rows, stakes, byzantineBps, out, kept) {
      checkRows(rows, out.length)
      if (rows.length > MAX_MEMBERS) unreachable(`a trimmed mean takes at most ${MAX_MEMBERS} rows, got ${rows.length}`)
      const total = stakes.reduce((a, b) => a + b, 0)
      const [trim, left] = [total * byzantineBps, total * (BPS - 2 * byzantineBps)]
      betaCells.set(stakes)
      for (let from = 0; from < out.length; from += SEGMENT) {
        const length = Math.min(SEGMENT, out.length - from)
        rows.forEach((row, i) => bytes.set(row.subarray(from, from + length), ROWS + i * SEGMENT))
        // A segment keeps less than 2^43 of a row, exact in float64; so are 2^10 of them.
        keptCells.fill(0)
        wasm.trimmedMean(ROWS, BETAS, rows.length, length, trim, left, SCRATCH, KEPT, SUMS)
        out.set(sumTile.subarray(0, length), from)
        rows.forEach((_, i) => (kept[i]! += keptCells[i]!))
      }
    },

    trimmedMixed(rows, stakes, byzantineBps, out, kept) {
      checkRows(rows, out.length)
      if (rows.length > MAX_MEMBERS) unreachable(`a trimmed mean takes at most ${MAX_MEMBERS} rows, got ${rows.length}`)
      const total = stakes.reduce((a, b) => a + b, 0)
      const [trim, left] = [total * byzantineBps, total * (BPS - 2 * byzantineBps)]
      betaCells.set(stakes)
      for (let from = 0; from < out.length; from += WIDE_TILE) {
        const length = Math.min(WIDE_TILE, out.length - from)
        rows.forEach((row, i) => words.set(row.subarray(from, from + length), (ROWS + i * SEGMENT) / 4))
        keptCells.fill(0)
        wasm.trimmedMixed(ROWS, BETAS, rows.length, length, trim, left, SCRATCH, KEPT, SUMS)
        out.set(sumTile.subarray(0, length), from)
        rows.forEach((_, i) => (kept[i]! += keptCells[i]!))
      }
    },

    median(rows, stakes, out, kept) {
      checkRows(rows, out.length)
      // A row without stake has no say, and the kernel takes none.
      const present = stakes.flatMap((stake, i) => (stake > 0 ? [i] : []))
      if (present.length > MAX_MEMBERS) unreachable(`a median takes at most ${MAX_MEMBERS} rows, got ${present.length}`)
      const total = stakes.reduce((a, b) => a + b, 0)
      betaCells.set(present.map((i) => stakes[i]!))
      for (let from = 0; from < out.length; from += SEGMENT) {
        const length = Math.min(SEGMENT, out.length - from)
        present.forEach((i, at) => bytes.set(rows[i]!.subarray(from, from + length), ROWS + at * SEGMENT))
        keptCells.fill(0)
        wasm.median(ROWS, BETAS, present.length, length, total, SCRATCH, KEPT, SUMS)
        out.set(sumTile.subarray(0, length), from)
        present.forEach((i, at) => (kept[i]! += keptCells[at]!))
      }
    },

    normSquared(row) {
      let sum = 0
      for (let from = 0; from < row.length; from += SEGMENT) {
        const length = Math.min(SEGMENT, row.length - from)
        bytes.set(row.subarray(from, from + length), STATE)
        sum += wasm.normSquared(STATE, length)
      }
      return sum
    },

    hasInvalidValue(row) {
      for (let from = 0; from < row.length; from += SEGMENT) {
        const length = Math.min(SEGMENT, row.length - from)
        bytes.set(row.subarray(from, from + length), STATE)
        if (wasm.hasInvalidValue(STATE, length) !== 0) return true
      }
      return false
    },
  }
}

function checkRows(rows: readonly (Int8Array | Int32Array)[], length: number): void {
  if (rows.length > MAX_ROWS) unreachable(`a kernel takes at most ${MAX_ROWS} rows, got ${rows.length}`)
  if (length % CHUNK !== 0 || rows.some((row) => row.length !== length))
    unreachable('rows must have equal lengths in whole chunks')
}

function unreachable(message: string): never {
  throw new RangeError(message)
}
