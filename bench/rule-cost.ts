// node bench/rule-cost.ts: what the default rule costs beside the rules before it and the mean. Aggregates the same random round by turns: admission, Gram matrix, rule, step and ledger. Prints one JSON line
// for each rule: milliseconds of processor time of a round, least of the runs, that of the rule alone, and how many leaves and words its trace has. `--members N`, `--coordinates D`, `--runs N`.
import { parseArgs } from 'node:util'
import { aggregateRound, computeGram, createWasmKernels, ruleByName } from '../src/aggregation/index.ts'
import type { AggregateInput, LabRule } from '../src/aggregation/index.ts'
import { ReferenceId, RuleId, toHex } from '../src/protocol/index.ts'
import type { TaskSpec } from '../src/protocol/index.ts'
import { createRandom } from '../src/training/index.ts'

const { values: flags } = parseArgs({
  options: {
    members: { type: 'string', default: '32' },
    coordinates: { type: 'string', default: String(2 ** 20) },
    runs: { type: 'string', default: '5' },
  },
})
const [members, coordinates, runs] = [flags.members, flags.coordinates, flags.runs].map(Number) as [number, number, number]
const RULES = ['mean', 'equalised-nnm-gm', 'novelty-nnm-gm', 'supported-nnm-gm', 'held-nnm-gm'].map((name) => ruleByName(name))

const random = createRandom('rule cost')
const words = new Uint32Array(coordinates / 4)
const rowOf = (): Int8Array => {
  random.uint32s(words)
  // −128 is no value of an update.
  return new Int8Array(words.buffer.slice(0)).map((value) => Math.max(-127, value))
}
const rows = Array.from({ length: members }, (_, slot) => {
  const root = toHex(Uint8Array.from({ length: 32 }, (__, k) => (k === 0 ? slot : 0)))
  return { member: root.slice(0, 42) as `0x${string}`, slot, weight: 10n ** 21n, updateRoot: root, update: rowOf() }
})
const reference = rowOf()
const spec: TaskSpec = {
  tensors: [{ length: coordinates, updateExponent: -9, modelExponent: -20, eta: 1, shift: 5 }],
  rule: {
    rule: RuleId.nnmGm,
    byzantineBps: 2000,
    iterations: 8,
    capQ16: 4 * 65_536,
    rejectBps: 21_500,
    reference: ReferenceId.novelty,
    referenceDecay: 0,
    referenceGain: 3,
  },
  minNormSq: 1n,
  maxNormSq: 2n ** 60n,
  toleranceBps: 2500,
  minSealedBps: 5000,
  rewardPerRound: 10n ** 20n,
  operatorShareBps: 0,
  committee: 0,
  genesisModelRoot: rows[0]!.updateRoot,
  document: rows[0]!.updateRoot,
}
const kernels = createWasmKernels()
const input: AggregateInput = { spec, round: 1n, kernels, model: new Int32Array(coordinates), reference, ledger: new Map(), rows }
const gram = computeGram(kernels, [...rows.map(({ update }) => update), reference])

/** Milliseconds of processor time. */
function timed(work: () => unknown): number {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}
const decided = (rule: LabRule): ReturnType<LabRule['decide']> =>
  rule.decide({
    gram,
    stakes: rows.map(({ weight }) => weight),
    tieBreak: rows.map(({ updateRoot }) => updateRoot),
    hasReference: true,
    spec: spec.rule,
    coordinates,
    updates: rows.map(({ update }) => update),
  })

const least = RULES.map(() => ({ round: Infinity, rule: Infinity }))
for (let run = 0; run <= runs; run++) {
  for (const [i, rule] of RULES.entries()) {
    const round = timed(() => aggregateRound(input, rule))
    const alone = timed(() => decided(rule))
    // The first run warms caches and compilers.
    if (run > 0) least[i] = { round: Math.min(least[i]!.round, round), rule: Math.min(least[i]!.rule, alone) }
  }
}
for (const [i, rule] of RULES.entries()) {
  const { trace } = decided(rule)
  const values = trace.reduce((sum, leaf) => sum + leaf.words.length, 0)
  console.log(
    JSON.stringify({ rule: rule.name, members, coordinates, milliseconds: least[i], leaves: trace.length, words: values }),
  )
}
