import { mkdtempDisposableSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { computeGram, createWasmKernels, gramRoot, ruleOf, traceRoot } from '../src/aggregation/index.ts'
import { createEngine } from '../src/engine/index.ts'
import type { RowSource } from '../src/engine/index.ts'
import { claimComputer, KeptLeaves } from '../src/replay/index.ts'
import type { ClaimInput } from '../src/replay/index.ts'
import { chunkHashes, updateFileName } from '../src/protocol/index.ts'
import type { Hash } from '../src/protocol/index.ts'
import { claimRound } from '../test/support/claim-round.ts'
import { padded, updatesOf } from './arrays.ts'
import { measure } from './measure.ts'
import type { Timing } from './measure.ts'
import { asArrived, roundOf } from './round.ts'

/** What each stage of a round with n rows of d coordinates takes. */
export interface StageRow {
  n: number
  d: number
  gram: Timing
  gramRoot: Timing
  rule: Timing
  traceRoot: Timing
  /** Weighted sum, step, and leaves and roots of the transition and model trees. */
  step: Timing
  /** From verified bytes and the chunk hashes that verifying them made to every root. */
  whole: Timing
  /** The same without those hashes, as after a restart. */
  rehashed: Timing
  /** The claim that a node computes (record, members, evidence, every root) from update files, and its opening. */
  claim: Timing
}

/** Stages of the default rule for each shape, rows in memory. */
export async function benchAggregation(shapes: readonly { n: number; d: number }[], budget: number): Promise<StageRow[]> {
  await using engine = createEngine({ minimum: 0 })
  const kernels = createWasmKernels()
  const compute = claimComputer(engine)
  const rows: StageRow[] = []
  for (const { n, d } of shapes) {
    const updates = updatesOf(n, padded(d))
    const input = roundOf(updates)
    const arrived = asArrived(input)
    using folder = mkdtempDisposableSync(join(tmpdir(), 'quorate-bench-'))
    const round = claimOf(folder.path, updates, d)
    const gram = computeGram(kernels, updates)
    const rule = () =>
      ruleOf(input.spec.rule.rule).weights({
        gram,
        stakes: input.rows.map((row) => row.weight),
        tieBreak: input.rows.map((row) => row.updateRoot!),
        hasReference: false,
        spec: input.spec.rule,
        coordinates: d,
      })
    const { trace, weights } = rule()
    const carrying = updates.filter((_, i) => weights[i]! > 0)
    const step = {
      spec: input.spec,
      model: input.model,
      reference: null,
      rows: carrying,
      betas: weights.filter((weight) => weight > 0),
    }
    rows.push({
      n,
      d,
      gram: await measure(() => computeGram(kernels, updates), budget),
      gramRoot: await measure(() => gramRoot(gram), budget),
      rule: await measure(rule, budget),
      traceRoot: await measure(() => traceRoot(trace), budget),
      step: await measure(() => engine.step(step), budget),
      whole: await measure(() => engine.aggregate(arrived), budget),
      rehashed: await measure(() => engine.aggregate(input), budget),
      claim: await measure(async () => (await compute(round)).opening(), budget),
    })
  }
  return rows
}

/** What a node computes a claim from: updates in files, their chunk hashes kept. */
function claimOf(folder: string, updates: readonly Int8Array[], d: number): ClaimInput {
  const leaves = new KeptLeaves()
  const input = claimRound(updates, d)
  const files = [...input.updates].map(([root, update]): [Hash, RowSource] => {
    const file = join(folder, updateFileName(root))
    writeFileSync(file, update)
    leaves.add(chunkHashes(update))
    return [root, { file }]
  })
  return { ...input, updates: new Map(files), leaves }
}
