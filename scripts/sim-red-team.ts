/**
 * Searches the parameters of an attack of a coalition against recorded honest members (src/lab/recorded): hundreds of strategies in minutes, without training. Prints a row of a table of
 * docs/robustness.md for each circumstance, then the strongest strategies.
 *
 *     node scripts/sim-red-team.ts --search framing --objective frame --budget 200 --circumstance own-class,rotated-images,few-samples --seeds 1,2,3
 *
 * The model of the recording does not feel the attack: run the strongest strategies with `quorate lab --attack NAME:…` too.
 */
import { appendFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { createWasmKernels, ruleByName } from '../src/aggregation/index.ts'
import {
  isCoalition,
  isObjective,
  labAttackByName,
  OBJECTIVES,
  playRecorded,
  recordRun,
  searchAttack,
  tuningText,
} from '../src/lab/index.ts'
import type { CellResult, CoalitionAttack, LabSettings, Objective, PlayedRun, RecordedRun } from '../src/lab/index.ts'
import { loadDataset, selectBackend } from '../src/training/index.ts'

const { values: flags } = parseArgs({
  options: {
    search: { type: 'string', default: 'framing' },
    objective: { type: 'string', default: 'frame' },
    budget: { type: 'string', default: '200' },
    circumstance: { type: 'string', default: 'own-class,rotated-images,few-samples' },
    seeds: { type: 'string', default: '1,2,3' },
    partition: { type: 'string', default: 'dirichlet:0.3' },
    rounds: { type: 'string', default: '24' },
    samples: { type: 'string', default: '200' },
    members: { type: 'string', default: '10' },
    byzantine: { type: 'string', default: '2' },
    rule: { type: 'string', default: 'nnmGm' },
    /** Each round is the first that the coalition attacks in; the value is the share of rounds that the member which stands worst loses. */
    strikes: { type: 'boolean', default: false },
    /** Parameters that stay as they are. */
    keep: { type: 'string', default: '' },
    /** Every strategy as one JSON line. */
    out: { type: 'string' },
  },
})

const SETTINGS: LabSettings = {
  model: 'mlp',
  learner: 'quick',
  rounds: Number(flags.rounds),
  samples: Number(flags.samples),
  local: {},
  precision: 'int8',
  evaluateEvery: Number(flags.rounds),
  searchEvery: 1,
  testSamples: 500,
  rootSamples: 200,
  iterations: 8,
  capQ16: 4 * 65_536,
  rejectBps: 21_500,
  beyondTheory: false,
  clip: true,
  odd: 1,
}

const attacks = flags.search.split(',').map((name) => {
  const attack = labAttackByName(name)
  if (!isCoalition(attack)) throw new TypeError(`${name} is no attack of a coalition`)
  return keeping(attack, flags.keep.split(','))
})
const { objective, strikes } = flags
if (!isObjective(objective) || objective === 'damage') throw new TypeError(`--objective ${objective}: expected pay or frame`)
const valueOf: Objective['of'] = OBJECTIVES[objective].of
const dataset = await loadDataset('mnist')
const parts = { dataset, backend: await selectBackend('cpu'), kernels: createWasmKernels(), rule: ruleByName(flags.rule) }

/** The attack with some parameters out of reach of the search. */
function keeping(attack: CoalitionAttack, names: readonly string[]): CoalitionAttack {
  const all = Object.entries(attack.parameters)
  const kept = Object.fromEntries(all.filter(([name]) => names.includes(name)).map(([name, { value }]) => [name, value]))
  return {
    ...attack,
    parameters: Object.fromEntries(all.filter(([name]) => !names.includes(name))),
    conspire: (context, values) => attack.conspire(context, { ...values, ...kept }),
  }
}

/** Rounds in which a member was rejected or in quarantine. */
const lostOf = (verdicts: string): number => Array.from(verdicts).filter((digit) => digit === '5' || digit === '0').length
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`

console.log(
  '| attack | circumstance | strategies × seeds | value: as it is, strongest | quarantined | rounds lost beyond quiet: affected member, mean and worst | any member, worst | pay over that when quiet: affected member, least | attackers’ pay, most | strongest |',
)
console.log('|---|---|---|---|---|---|---|---|---|---|')
for (const circumstance of flags.circumstance.split(',')) {
  const runs: RecordedRun[] = []
  for (const seed of flags.seeds.split(',').map(Number)) {
    const cell = {
      dataset: 'mnist',
      partition: flags.partition,
      members: Number(flags.members),
      byzantine: Number(flags.byzantine),
      attack: 'none',
      rule: flags.rule,
      circumstance,
      seed,
    }
    runs.push(await recordRun(cell, SETTINGS, parts))
    console.error(`${circumstance}: seed ${seed} recorded`)
  }
  const quiet = runs.map((run) => playRecorded(run, undefined))
  for (const attack of attacks) {
    const found = { quarantined: 0, extra: [] as number[], worst: 0, pay: Infinity, attackers: 0 }
    const take = (played: PlayedRun, before: PlayedRun): void => {
      const honest = played.verdicts!.honest
      const extra = honest.map((verdicts, i) => (lostOf(verdicts) - lostOf(before.verdicts!.honest[i]!)) / verdicts.length)
      found.quarantined += honest.filter((verdicts) => verdicts.includes('0')).length
      found.extra.push(extra[0]!)
      found.worst = Math.max(found.worst, ...extra)
      found.pay = Math.min(found.pay, played.members![0]!.pay / before.members![0]!.pay)
      found.attackers = Math.max(found.attackers, played.attackers!.pay)
    }
    const tried = await searchAttack({
      attack,
      budget: Number(flags.budget),
      seed: runs[0]!.cell.seed,
      evaluate: async (candidates) =>
        candidates.map((candidate) => {
          const values = runs.map((run, i) => {
            const played = playRecorded(run, candidate, { strikes })
            take(played, quiet[i]!)
            if (strikes) return Math.max(...played.verdicts!.honest.map((verdicts) => lostOf(verdicts) / verdicts.length))
            return valueOf(played as CellResult, quiet[i] as CellResult)
          })
          return values.reduce((sum, value) => sum + value, 0) / values.length
        }),
      onTried: ({ text, value }, count) => {
        if (flags.out !== undefined) appendFileSync(flags.out, `${JSON.stringify({ circumstance, text, value })}\n`)
        if (count % 20 === 0) console.error(`${circumstance} ${attack.name}: ${count} tried`)
      },
    })
    const start = tried.find(({ text }) => text === tuningText(attack))!
    const mean = found.extra.reduce((sum, value) => sum + value, 0) / found.extra.length
    console.log(
      `| ${attack.name} | ${circumstance} | ${tried.length} × ${runs.length} | ${start.value.toFixed(2)}, ${tried[0]!.value.toFixed(2)} | ${found.quarantined} | ${percent(mean)}, ${percent(Math.max(...found.extra))} | ${percent(found.worst)} | ${found.pay.toFixed(2)} | ${found.attackers.toFixed(2)} | \`${tried[0]!.text}\` |`,
    )
  }
}
