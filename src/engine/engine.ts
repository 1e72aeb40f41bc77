import { availableParallelism } from 'node:os'
import { admitRows, closeRound, gramOfPartials, gramRows, judgeRows, pairIndex, traceRoot } from '../aggregation/index.ts'
import type {
  AggregatedRow,
  AggregateResult,
  Gram,
  JudgedRound,
  RoundInput,
  StepInput,
  StepOutput,
} from '../aggregation/index.ts'
import { QuorateError } from '../core/index.ts'
import { concat, toHex, ZERO_HASH } from '../protocol/bytes.ts'
import { depthFor, packedRoot } from '../protocol/merkle.ts'
import { paddedLength } from '../protocol/spec.ts'
import { vectorDepth } from '../protocol/trees.ts'
import { CHUNKS_PER_SEGMENT, SEGMENT } from '../protocol/types.ts'
import type { Hash } from '../protocol/types.ts'
import type { GramDevice } from './device/index.ts'
import { doJob } from './jobs.ts'
import type { Job, JobKind, Jobs } from './jobs.ts'
import { ranges } from './ranges.ts'
import type { HashedBytes } from './hash-row.ts'
import { leavesOf, rowOf } from './row-source.ts'
import type { HashedRow, RowSource } from './row-source.ts'
import { shared } from './shared.ts'
import { emptyStep, putStep } from './stepped.ts'
import { cancelled, WorkerPool } from './worker-pool.ts'

export interface EngineOptions {
  /** Worker threads; the calling thread stays free. Default: the processors of this machine. */
  threads?: number
  /** Below this many bytes of rows everything runs on the calling thread: handing it round would cost more. Default 4 MiB. */
  minimum?: number
  /** Segments of one job. Default: a quarter of a thread's share. */
  tile?: number
  /** Computes Gram matrices instead of the threads, and closes with the engine. */
  device?: GramDevice
}

export interface RunOptions {
  /** Ends the work with CANCELLED between two jobs. */
  signal?: AbortSignal
}

/** The step with the roots of its trees. */
export interface SteppedTrees extends StepOutput {
  modelRoot: Hash
  /** Zero for a task without reference. */
  referenceRoot: Hash
  transitionRoot: Hash
  /** Words of the transition leaves, chunk by chunk, 32 bytes each: the hash of every row's chunk, old and new model, old and new reference. */
  words: Uint8Array
}

/** `AggregateResult` with every root already hashed. */
export interface EngineResult extends AggregateResult, SteppedTrees {}

/**
 * What touches every coordinate, spread over worker threads by segment. Results equal those of src/aggregation bit for
 * bit, for any number of threads and any tile: partial sums are integers, and coordinates are independent. Rows may lie
 * in files: of those, O(rows · segment) is in memory at a time.
 *
 * @example
 * await using engine = createEngine()
 * const gram = await engine.gram(files.map((file) => ({ file })), segments)
 */
export class Engine implements AsyncDisposable {
  readonly #threads: number
  readonly #minimum: number
  readonly #tile: number | undefined
  readonly #pool: WorkerPool
  readonly #device: GramDevice | undefined

  constructor({ threads = availableParallelism(), minimum = 4 * 1024 ** 2, tile, device }: EngineOptions = {}) {
    this.#threads = threads
    this.#minimum = minimum
    this.#tile = tile
    this.#pool = new WorkerPool(threads)
    this.#device = device
  }

  /**
   * The exact Gram matrix of rows of `segments` segments.
   *
   * @throws QuorateError UPDATE_LENGTH, STORAGE_FAILED for a row that cannot be read whole; THREAD_LOST, CANCELLED
   */
  async gram(rows: readonly RowSource[], segments: number, { signal }: RunOptions = {}): Promise<Gram> {
    if (rows.length === 0) return gramOfPartials(0, 0, new Int32Array())
    const spread = this.#spread(rows.length * segments * SEGMENT)
    const sources = spread ? rows.map(shareRow) : rows
    const length = segments * pairIndex(rows.length, 0)
    const partials = spread ? new Int32Array(new SharedArrayBuffer(4 * length)) : new Int32Array(length)
    await Promise.all(
      this.#ranges(segments).map(async ([from, to]) => {
        const job = { rows: sources, segments, from, to, partials }
        if (spread && (await this.#device?.gram(job, signal))) return
        await this.#do(spread, signal, 'gram', job)
      }),
    )
    return gramOfPartials(rows.length, segments, partials)
  }

  /** `gramRoot` of src/aggregation. */
  async gramRoot({ size, segments, partials }: Gram, { signal }: RunOptions = {}): Promise<Hash> {
    if (size === 0) return ZERO_HASH
    const pairs = pairIndex(size, 0)
    // A node of the tree costs as much as some hundred bytes of rows.
    const spread = this.#spread(pairs * segments * 256)
    const cells = spread ? shared(partials) : partials
    const leaves = await Promise.all(
      // Pairs are hashed two at a time.
      ranges(Math.ceil(pairs / 2), 4 * this.#threads).map(([from, to]) =>
        this.#do(spread, signal, 'pairs', { partials: cells, pairs, from: 2 * from, to: Math.min(2 * to, pairs) }),
      ),
    )
    return toHex(packedRoot(concat(leaves), depthFor(pairs)))
  }

  /** `applyStep` of src/aggregation, and the roots of the model, reference and transition trees over it. */
  async step(input: StepInput<RowSource | HashedRow>, { signal }: RunOptions = {}): Promise<SteppedTrees> {
    const { spec, betas } = input
    const segments = paddedLength(spec) / SEGMENT
    const chunks = segments * CHUNKS_PER_SEGMENT
    const spread = this.#spread((input.rows.length + 4) * segments * SEGMENT)
    const rows = input.rows.map(rowOf).map((row) => (spread ? shareRow(row) : row))
    const hashes = input.rows.map((row) => sharedLeaves(row, chunks, spread))
    const { model, reference, sum } = spread ? sharedVectors(input) : input
    const whole = emptyStep(chunks, rows.length, reference !== null)
    await Promise.all(
      this.#ranges(segments).map(async ([from, to]) => {
        const part = await this.#do(spread, signal, 'step', {
          spec: { tensors: spec.tensors, rule: spec.rule },
          betas,
          rows,
          hashes,
          segments,
          from,
          to,
          ...(sum && { sum }),
          model: model.subarray(from * SEGMENT, to * SEGMENT),
          reference: reference && reference.subarray(from * SEGMENT, to * SEGMENT),
        })
        // At once, so that no part is held until the last one comes.
        putStep(whole, part, from / segments)
      }),
    )
    const { leaves } = whole
    const rootOf = (packed: Uint8Array): Hash => toHex(packedRoot(packed, vectorDepth(chunks)))
    return {
      model: whole.model,
      reference: whole.reference,
      modelRoot: rootOf(leaves.model),
      referenceRoot: leaves.reference ? rootOf(leaves.reference) : ZERO_HASH,
      transitionRoot: rootOf(leaves.transition),
      words: leaves.words,
    }
  }

  /**
   * `aggregateRound` of src/aggregation with the roots of all its trees.
   *
   * @throws QuorateError as `gram` does
   */
  async aggregate(given: RoundInput<RowSource | HashedRow>, { signal }: RunOptions = {}): Promise<EngineResult> {
    const { spec } = given
    const segments = paddedLength(spec) / SEGMENT
    const spread = this.#spread(given.rows.length * segments * SEGMENT)
    const input: RoundInput<RowSource | HashedRow> = {
      ...given,
      rows: given.rows.map((row) => (spread && row.update ? { ...row, update: shareRows(row.update) } : row)),
    }
    const faults = await Promise.all(
      input.rows.map(async ({ update }) => update && this.#do(spread, signal, 'admit', { spec, row: rowOf(update) })),
    )
    const admitted = admitRows(input, (_, index) => faults[index] ?? undefined)
    const gram = await this.gram(gramRows(input, admitted).map(rowOf), segments, { signal })
    // The threads hash the tree of the Gram matrix while this one runs the rule.
    const [root, { judged, stepped, trace }] = await Promise.all([
      this.gramRoot(gram, { signal }),
      this.#judge(input, admitted, gram, signal),
    ])
    const { rows, ledger, ledgerTotal } = closeRound(input, judged, stepped)
    return { rows, gram, trace: judged.trace, ledger, ledgerTotal, ...stepped, gramRoot: root, traceRoot: trace }
  }

  /**
   * Chunk hashes and checks of a row in a file, from the same bytes.
   *
   * @throws QuorateError STORAGE_FAILED, UPDATE_LENGTH
   */
  async verify(file: string, segments: number, { signal }: RunOptions = {}): Promise<HashedBytes> {
    return this.#do(this.#spread(segments * SEGMENT), signal, 'verify', { file, segments })
  }

  /** keccak256 of a long document. */
  async hash(bytes: Uint8Array, { signal }: RunOptions = {}): Promise<Hash> {
    const spread = this.#spread(bytes.length)
    return toHex(await this.#do(spread, signal, 'hash', { bytes: spread ? shared(bytes) : bytes }))
  }

  async #judge(
    input: RoundInput<RowSource | HashedRow>,
    admitted: readonly AggregatedRow[],
    gram: Gram,
    signal: AbortSignal | undefined,
  ): Promise<{ judged: JudgedRound<RowSource | HashedRow>; stepped: SteppedTrees; trace: Hash }> {
    const judged = judgeRows(input, admitted, gram)
    const stepping = this.step(judged.step, { signal })
    const trace = judged.trace.length > 0 ? traceRoot(judged.trace) : ZERO_HASH
    return { judged, stepped: await stepping, trace }
  }

  /** Stops the threads. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#pool.close(), this.#device?.[Symbol.asyncDispose]()])
  }

  #spread(bytes: number): boolean {
    return this.#threads > 0 && bytes >= this.#minimum
  }

  #ranges(segments: number): [number, number][] {
    return ranges(segments, this.#tile ? Math.ceil(segments / this.#tile) : Math.max(1, 4 * this.#threads))
  }

  async #do<K extends JobKind>(
    spread: boolean,
    signal: AbortSignal | undefined,
    kind: K,
    input: Jobs[K]['in'],
  ): Promise<Jobs[K]['out']> {
    if (spread) return this.#pool.run(kind, input, signal)
    if (signal?.aborted) throw cancelled(signal)
    return doJob({ kind, input } as Job) as Jobs[K]['out']
  }
}

/** @example await using engine = createEngine({ threads: 2 }) */
export function createEngine(options?: EngineOptions): Engine {
  return new Engine(options)
}

/** The vectors of a step where all threads see them. */
function sharedVectors({
  model,
  reference,
  sum,
}: Pick<StepInput, 'model' | 'reference' | 'sum'>): Pick<StepInput, 'model' | 'reference' | 'sum'> {
  return { model: shared(model), reference: reference && shared(reference), ...(sum && { sum: shared(sum) }) }
}

function shareRow(row: RowSource): RowSource {
  return row instanceof Int8Array ? shared(row) : row
}

function shareRows(given: RowSource | HashedRow): RowSource | HashedRow {
  return 'row' in given ? { ...given, row: shareRow(given.row) } : shareRow(given)
}

function sharedLeaves(given: RowSource | HashedRow, chunks: number, spread: boolean): Uint8Array | null {
  const leaves = leavesOf(given)
  if (leaves && leaves.length !== 32 * chunks)
    throw new QuorateError('UPDATE_LENGTH', `a row of ${chunks} chunks comes with ${leaves.length / 32} hashes`)
  return leaves && spread ? shared(leaves) : leaves
}
