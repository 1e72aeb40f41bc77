import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc, { runs } from '../support/fast-check.ts'
import { afterAll, describe, expect, it } from 'vitest'
import {
  aggregateRound,
  applyStep,
  computeGram,
  createWasmKernels,
  encodeEvidence,
  gramRoot,
  twinKernels,
} from '../../src/aggregation/index.ts'
import type { AggregateRow, RoundInput } from '../../src/aggregation/index.ts'
import { createEngine, shared } from '../../src/engine/index.ts'
import {
  hashOf,
  int32Leaves,
  int8Leaves,
  keccak,
  modelRoot,
  paddedLength,
  toHex,
  updateRoot,
  vectorRoot,
  ZERO_HASH,
} from '../../src/protocol/index.ts'
import type { TaskSpec } from '../../src/protocol/index.ts'
import { RULE, taskSpec } from '../unit/aggregation/fixtures.ts'

const kernels = createWasmKernels()
const folder = mkdtempSync(join(tmpdir(), 'quorate-engine-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function noise(seed: number): () => number {
  let state = seed >>> 0 || 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state >>> 0
  }
}

const SEGMENT = 8192
const seeds = fc.integer({ min: 1, max: 2 ** 31 })
/** Threads, whether small work is spread as well, and the segments of one job. */
const engines = fc.record({
  threads: fc.integer({ min: 0, max: 3 }),
  minimum: fc.constantFrom(0, 2 ** 40),
  tile: fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined }),
})

function rowsOf(count: number, length: number, seed: number): Int8Array[] {
  const next = noise(seed)
  return Array.from({ length: count }, () => Int8Array.from({ length }, () => (next() % 255) - 127))
}

let files = 0
function fileOf(row: Int8Array): { file: string } {
  const file = join(folder, `${files++}.q8`)
  writeFileSync(file, row)
  return { file }
}

/** A specification of three tensors whose borders fall within segments. */
function specOf(segments: number, reference: boolean): TaskSpec {
  const chunks = segments * 32 - 7
  const [a, b] = [Math.ceil(chunks / 3), Math.ceil(chunks / 4)]
  return taskSpec({
    tensors: [a, b, chunks - a - b].map((size, t) => ({
      length: size * 256,
      updateExponent: -9,
      modelExponent: -20,
      eta: [70_001, 3, 1][t]!,
      shift: [20, 0, 5][t]!,
    })),
    rule: { ...RULE, reference: reference ? 1 : 0 },
  })
}

function transitionRoot(rows: Int8Array[], models: Int32Array[], references: (Int8Array | null)[]): string {
  const columns = [
    ...rows.map(int8Leaves),
    ...models.map(int32Leaves),
    ...references.map((values) => values && int8Leaves(values)),
  ]
  return toHex(
    vectorRoot(columns[rows.length]!.map((_, c) => hashOf(...columns.map((leaves) => leaves?.[c] ?? new Uint8Array(32))))),
  )
}

describe('the engine gives the numbers of src/aggregation for any threads and tile', () => {
  it('Gram matrix, partials and root, from memory and from files', async () => {
    await fc.assert(
      fc.asyncProperty(
        engines,
        fc.integer({ min: 1, max: 7 }),
        fc.integer({ min: 1, max: 20 }),
        seeds,
        async (options, count, segments, seed) => {
          await using engine = createEngine(options)
          const rows = rowsOf(count, segments * SEGMENT, seed)
          const gram = await engine.gram(
            rows.map((row, i) => [row, shared(row), fileOf(row)][i % 3]!),
            segments,
          )
          const slow = computeGram(twinKernels, rows)
          expect(gram.matrix).toEqual(slow.matrix)
          expect([...gram.partials]).toEqual([...slow.partials])
          expect(await engine.gramRoot(gram)).toBe(gramRoot(slow))
          const bytes = new Uint8Array(rows[0]!.buffer)
          expect(await engine.hash(bytes)).toBe(toHex(keccak(bytes)))
        },
      ),
      { numRuns: runs(8) },
    )
  })

  it('step and the roots of its trees', async () => {
    await fc.assert(
      fc.asyncProperty(
        engines,
        fc.nat(5),
        fc.integer({ min: 1, max: 6 }),
        fc.boolean(),
        seeds,
        async (options, count, segments, referenced, seed) => {
          await using engine = createEngine(options)
          const spec = specOf(segments, referenced)
          const length = paddedLength(spec)
          const next = noise(seed)
          const rows = rowsOf(count, length, seed)
          const betas = rows.map(() => next() % Math.floor(65_537 / Math.max(1, count)))
          const model = Int32Array.from({ length }, () => next() | 0)
          const reference = referenced ? rowsOf(1, length, seed + 1)[0]! : null
          const input = { spec, model, reference, rows, betas }
          const slow = applyStep(twinKernels, input)
          const fast = await engine.step({ ...input, rows: rows.map((row, i) => (i % 2 ? row : fileOf(row))) })
          expect(fast.model).toEqual(slow.model)
          expect(fast.reference).toEqual(slow.reference)
          expect(fast.modelRoot).toBe(toHex(modelRoot(slow.model)))
          expect(fast.referenceRoot).toBe(slow.reference ? toHex(updateRoot(slow.reference)) : ZERO_HASH)
          expect(fast.transitionRoot).toBe(transitionRoot(rows, [model, slow.model], [reference, slow.reference]))
        },
      ),
      { numRuns: runs(8) },
    )
  })

  it('a whole round: missing, copied and inadmissible rows, with and without reference', async () => {
    await fc.assert(
      fc.asyncProperty(engines, fc.integer({ min: 0, max: 9 }), fc.boolean(), seeds, async (options, count, referenced, seed) => {
        await using engine = createEngine(options)
        const input = roundOf(count, referenced, seed)
        const slow = aggregateRound({ ...input, kernels })
        const fast = await engine.aggregate({
          ...input,
          rows: input.rows.map((row) => ({ ...row, update: row.update && row.slot % 2 ? fileOf(row.update) : row.update })),
        })
        expect(fast).toMatchObject({
          rows: slow.rows,
          trace: slow.trace,
          ledger: slow.ledger,
          ledgerTotal: slow.ledgerTotal,
          gramRoot: slow.gramRoot,
          traceRoot: slow.traceRoot,
          model: slow.model,
          reference: slow.reference,
        })
        expect(fast.gram.matrix).toEqual(slow.gram.matrix)
        expect(fast.modelRoot).toBe(toHex(modelRoot(slow.model)))
      }),
      { numRuns: runs(8) },
    )
  })

  function roundOf(count: number, referenced: boolean, seed: number): RoundInput {
    const spec = specOf(2, referenced)
    const length = paddedLength(spec)
    const used = spec.tensors.reduce((sum, tensor) => sum + tensor.length, 0)
    const updates = rowsOf(count, length, seed).map((row) => row.fill(0, used))
    const rows = updates.map((update, slot): AggregateRow => {
      const kind = slot < 3 ? -1 : (seed + slot) % 7
      if (kind === 1) update[5] = -128
      if (kind === 2) update[length - 1] = 1
      const bytes = kind === 3 ? updates[0]! : update
      return {
        member: `0x${(slot + 1).toString(16).padStart(40, '0')}`,
        slot,
        weight: BigInt(slot + 1) * 10n ** 18n,
        updateRoot: kind === 4 ? null : toHex(updateRoot(bytes)),
        update: kind === 4 || kind === 5 ? null : kind === 6 ? bytes.subarray(SEGMENT) : bytes,
      }
    })
    const reference = referenced ? (updates[0]?.slice() ?? new Int8Array(length)) : null
    const extra = encodeEvidence({ wealth: 0, quarantines: 1, since: 0n, until: 2n })
    const known = { member: rows[1]?.member ?? `0x${'01'.repeat(20)}`, reward: 3n, strikes: 0, reputation: 9, extra } as const
    const ledger = new Map(seed % 3 === 0 ? [[1, known]] : [])
    return { spec, round: 1n, model: new Int32Array(length).fill(-7), reference, ledger, rows }
  }
})

describe('the engine refuses', () => {
  it('a row that is shorter than the others, or is not there', async () => {
    for (const threads of [0, 1]) {
      await using engine = createEngine({ threads, minimum: 0 })
      const row = new Int8Array(2 * SEGMENT)
      await expect(engine.gram([row, row.subarray(SEGMENT)], 2)).rejects.toMatchObject({ code: 'UPDATE_LENGTH' })
      await expect(engine.gram([row, fileOf(row.subarray(SEGMENT))], 2)).rejects.toMatchObject({ code: 'UPDATE_LENGTH' })
      await expect(engine.gram([row, { file: join(folder, 'nothing') }], 2)).rejects.toMatchObject({ code: 'STORAGE_FAILED' })
    }
  })

  it('work after it was closed, and what was waiting then', async () => {
    const engine = createEngine({ threads: 1, minimum: 0 })
    const waiting = expect(engine.gram([new Int8Array(SEGMENT)], 1)).rejects.toMatchObject({ code: 'CANCELLED' })
    await engine[Symbol.asyncDispose]()
    await waiting
    await expect(engine.gram([new Int8Array(SEGMENT)], 1)).rejects.toMatchObject({ code: 'CANCELLED' })
  })

  it('chunk hashes that are not as many as the row has chunks', async () => {
    await using engine = createEngine()
    const spec = specOf(1, false)
    const rows = [{ row: new Int8Array(paddedLength(spec)), leaves: new Uint8Array(31 * 32) }]
    const input = { spec, model: new Int32Array(paddedLength(spec)), reference: null, rows, betas: [65_536] }
    await expect(engine.step(input)).rejects.toMatchObject({ code: 'UPDATE_LENGTH' })
  })
})
