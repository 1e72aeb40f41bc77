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
import { toHex, ZERO_HASH } from '../protocol/bytes.ts'
import { depthFor, packedRoot } from '../protocol/merkle.ts'
import { paddedLength } from '../protocol/spec.ts'
import { vectorDepth } from '../protocol/trees.ts'
import { SEGMENT } from '../protocol/types.ts'
import type { Hash } from '../protocol/types.ts'
import { doJob } from './jobs.ts'
import type { Job, JobKind, Jobs } from './jobs.ts'
import { ranges } from './ranges.ts'
import type { RowSource } from './row-source.ts'
import { joinInt32, joinInt8, joinUint8, shared } from './shared.ts'
import { WorkerPool } from './worker-pool.ts'

export interface EngineOptions {
  /** Worker threads; the calling thread stays free. Default: the processors of this machine. */
  threads?: number
  /** Below this many bytes of rows everything runs on the calling thread: handing it round would cost more. Default 4 MiB. */
  minimum?: number
  /** Segments of one job. Default: a quarter of a thread's share. */
  tile?: number
}

/** The step with the roots of its trees. */
export interface SteppedTrees extends StepOutput {
  modelRoot: Hash
  /** Zero for a task without reference. */
  referenceRoot: Hash
  transitionRoot: Hash
}

/** `AggregateResult` with every root already hashed. */
export interface EngineResult extends AggregateResult, SteppedTrees {}

/**
 * What touches every coordinate, spread over worker threads by segment. Results are those of src/aggregation bit for bit, for any number of threads and any
 * tile: parts are integers that add up, and coordinates do not know each other. Rows may lie in files; then memory is O(rows · segment).
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

  constructor({ threads = availableParallelism(), minimum = 4 * 1024 ** 2, tile }: EngineOptions = {}) {
    this.#threads = threads
    this.#minimum = minimum
    this.#tile = tile
    this.#pool = new WorkerPool(threads)
  }

  /**
   * The exact Gram matrix of rows of `segments` segments.
   *
   * @throws QuorateError UPDATE_LENGTH, STORAGE_FAILED for a row that cannot be read whole
   */
  async gram(rows: readonly RowSource[], segments: number): Promise<Gram> {
    if (rows.length === 0) return gramOfPartials(0, 0, new Int32Array())
    const spread = this.#spread(rows.length * segments * SEGMENT)
    const sources = spread ? rows.map(shareRow) : rows
    const length = segments * pairIndex(rows.length, 0)
    const partials = spread ? new Int32Array(new SharedArrayBuffer(4 * length)) : new Int32Array(length)
    await Promise.all(
      this.#ranges(segments).map(([from, to]) => this.#do(spread, 'gram', { rows: sources, segments, from, to, partials })),
    )
    return gramOfPartials(rows.length, segments, partials)
  }

  /** `gramRoot` of src/aggregation. */
  async gramRoot({ size, segments, partials }: Gram): Promise<Hash> {
    if (size === 0) return ZERO_HASH
    const pairs = pairIndex(size, 0)
    // A node of the tree costs as much as some hundred bytes of rows.
    const spread = this.#spread(pairs * segments * 256)
    const cells = spread ? shared(partials) : partials
    const leaves = await Promise.all(
      // Pairs are hashed two at a time.
      ranges(Math.ceil(pairs / 2), 4 * this.#threads).map(([from, to]) =>
        this.#do(spread, 'pairs', { partials: cells, pairs, from: 2 * from, to: Math.min(2 * to, pairs) }),
      ),
    )
    return toHex(packedRoot(joinUint8(leaves), depthFor(pairs)))
  }

  /** `applyStep` of src/aggregation, and the roots of the model, reference and transition trees over it. */
  async step(input: Omit<StepInput, 'rows'> & { rows: readonly RowSource[] }): Promise<SteppedTrees> {
    const { spec, model, reference, betas, sum } = input
    const segments = paddedLength(spec) / SEGMENT
    const spread = this.#spread((input.rows.length + 4) * segments * SEGMENT)
    const rows = spread ? input.rows.map(shareRow) : input.rows
    const parts = await Promise.all(
      this.#ranges(segments).map(([from, to]) =>
        this.#do(spread, 'step', {
          spec: { tensors: spec.tensors, rule: spec.rule },
          betas,
          rows,
          segments,
          from,
          to,
          trees: true,
          ...(sum && { sum: spread ? shared(sum) : sum }),
          // Copies: a view would take its whole buffer along.
          model: model.slice(from * SEGMENT, to * SEGMENT),
          reference: reference && reference.slice(from * SEGMENT, to * SEGMENT),
        }),
      ),
    )
    const rootOf = (leaves: Uint8Array[]): Hash => toHex(packedRoot(joinUint8(leaves), vectorDepth(segments * (SEGMENT / 256))))
    return {
      model: joinInt32(parts.map((part) => part.model)),
      reference: reference && joinInt8(parts.map((part) => part.reference!)),
      modelRoot: rootOf(parts.map((part) => part.leaves!.model)),
      referenceRoot: reference ? rootOf(parts.map((part) => part.leaves!.reference!)) : ZERO_HASH,
      transitionRoot: rootOf(parts.map((part) => part.leaves!.transition)),
    }
  }

  /** `aggregateRound` of src/aggregation with the roots of all its trees. */
  async aggregate(given: RoundInput): Promise<EngineResult> {
    const { spec, lengths } = given
    const segments = paddedLength(spec) / SEGMENT
    const spread = this.#spread(given.rows.length * segments * SEGMENT)
    const input: RoundInput = {
      ...given,
      rows: given.rows.map((row) => (spread && row.update ? { ...row, update: shared(row.update) } : row)),
    }
    const faults = await Promise.all(
      input.rows.map(async ({ update }) => update && this.#do(spread, 'admit', { spec, update, ...(lengths && { lengths }) })),
    )
    const admitted = admitRows(input, (_, index) => faults[index] ?? undefined)
    const gram = await this.gram(gramRows(input, admitted), segments)
    // The threads hash the tree of the Gram matrix while this one runs the rule.
    const [root, { judged, stepped, trace }] = await Promise.all([this.gramRoot(gram), this.#judge(input, admitted, gram)])
    const { rows, ledger, ledgerTotal } = closeRound(input, judged, stepped)
    return { rows, gram, trace: judged.trace, ledger, ledgerTotal, ...stepped, gramRoot: root, traceRoot: trace }
  }

  async #judge(
    input: RoundInput,
    admitted: readonly AggregatedRow[],
    gram: Gram,
  ): Promise<{ judged: JudgedRound; stepped: SteppedTrees; trace: Hash }> {
    const judged = judgeRows(input, admitted, gram)
    const stepping = this.step(judged.step)
    const trace = judged.trace.length > 0 ? traceRoot(judged.trace) : ZERO_HASH
    return { judged, stepped: await stepping, trace }
  }

  /** Stops the threads. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool.close()
  }

  #spread(bytes: number): boolean {
    return this.#threads > 0 && bytes >= this.#minimum
  }

  #ranges(segments: number): [number, number][] {
    return ranges(segments, this.#tile ? Math.ceil(segments / this.#tile) : Math.max(1, 4 * this.#threads))
  }

  async #do<K extends JobKind>(spread: boolean, kind: K, input: Jobs[K]['in']): Promise<Jobs[K]['out']> {
    return spread ? this.#pool.run(kind, input) : (doJob({ kind, input } as Job) as Jobs[K]['out'])
  }
}

/** @example await using engine = createEngine({ threads: 2 }) */
export function createEngine(options?: EngineOptions): Engine {
  return new Engine(options)
}

function shareRow(row: RowSource): RowSource {
  return row instanceof Int8Array ? shared(row) : row
}
