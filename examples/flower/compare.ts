// A Flower app that knows nothing of Quorate, under Flower's own FedAvg and as members of a task with the rule `mean`: node examples/flower/compare.ts
// --python PATH [--app FOLDER] [--members 3] [--rounds 6]. The members are real programs, `python -m quorate.flower`, below the trainer of a real member; updates are int8,
// and the aggregation is that of claims. Prints both curves of test accuracy as JSON.
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { aggregateRound, createWasmKernels } from '../../src/aggregation/index.ts'
import { silentLogger } from '../../src/core/index.ts'
import { ReferenceId, RuleId, toHex, updateRoot } from '../../src/protocol/index.ts'
import type { Ledger, TaskSpec } from '../../src/protocol/index.ts'
import { createTrainer } from '../../src/training/compose-trainer.ts'
import { tensorLayout } from '../../src/training/layout.ts'
import type { TensorShape } from '../../src/training/layout.ts'
import { createProcessLearner } from '../../src/training/process/index.ts'
import { takeSafetensors } from '../../src/training/process/safetensors.ts'
import { serverStep } from '../../src/training/tasks/default-task.ts'

const { values: flags } = parseArgs({
  options: {
    python: { type: 'string', default: 'python3' },
    app: { type: 'string', default: 'python/tests/apps/messages' },
    members: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '6' },
  },
})
const root = resolve(import.meta.dirname, '../..')
const app = resolve(flags.app)
const [members, rounds] = [Number(flags.members), Number(flags.rounds)]
const MODEL_EXPONENT = -20
/**
 * Statistics of a BatchNorm move by 1 in the first round, and weights by less than 0.5. A value that meets the int8 bound leaves the rest for the next round,
 * which is too much for a statistic: it was measured anew meanwhile.
 */
const updateExponentOf = (name: string): number => (name.includes('running_') ? -6 : -8)

const out = await mkdtemp(join(tmpdir(), 'quorate-flower-'))
const script = ['--app', app, '--out', out, '--members', flags.members, '--rounds', flags.rounds]
const { stdout } = await promisify(execFile)(flags.python, [join(import.meta.dirname, 'fedavg.py'), ...script])
const flower = JSON.parse(stdout.trim().split('\n').at(-1)!) as number[]

const layout = tensorLayout(JSON.parse(await readFile(join(out, 'tensors.json'), 'utf8')) as TensorShape[])
const first = await takeSafetensors(join(out, 'genesis.safetensors'), layout)
await rm(out, { recursive: true })
const tensors = layout.tensors.map(({ name, length }) => {
  const exponents = { updateExponent: updateExponentOf(name), modelExponent: MODEL_EXPONENT }
  return { length, ...exponents, ...serverStep(exponents) }
})
const nothing = toHex(new Uint8Array(32))
const spec: TaskSpec = {
  tensors,
  rule: {
    rule: RuleId.mean,
    byzantineBps: 0,
    iterations: 0,
    capQ16: 1 << 16,
    rejectBps: 0,
    reference: ReferenceId.none,
    referenceDecay: 0,
    referenceGain: 1,
  },
  minNormSq: 1n,
  maxNormSq: BigInt(layout.parameters) * 127n ** 2n,
  toleranceBps: 2500,
  minSealedBps: 5000,
  rewardPerRound: 1n,
  operatorShareBps: 0,
  committee: 0,
  genesisModelRoot: nothing,
  document: nothing,
}

const kernels = createWasmKernels()
const trainers = await Promise.all(
  Array.from({ length: members }, async (_, index) => {
    const config = `partition-id=${index} num-partitions=${members}`
    const learner = await createProcessLearner({
      command: [
        'env',
        `PYTHONPATH=${join(root, 'python')}`,
        flags.python,
        '-m',
        'quorate.flower',
        '--app',
        app,
        '--node-config',
        config,
      ],
      layout,
      training: '{}',
      seed: index,
      logger: silentLogger,
    })
    return createTrainer({ learner, layout, tensors, memberMomentum: 0, seed: index })
  }),
)

const quorate: number[] = []
let model: Int32Array = Int32Array.from(first, (value) => Math.round(value * 2 ** -MODEL_EXPONENT))
let ledger: Ledger = new Map()
let residuals: (Float32Array | undefined)[] = trainers.map(() => undefined)
for (let step = 1; step <= rounds; step++) {
  const trained = await Promise.all(
    trainers.map(async (trainer, index) => trainer.train({ model, step, residual: residuals[index] })),
  )
  residuals = trained.map(({ residual }) => residual)
  const rows = trained.map(({ update }, slot) => ({
    member: `0x${String(slot + 1).padStart(40, '0')}` as const,
    slot,
    weight: 1n,
    updateRoot: toHex(updateRoot(update)),
    update,
  }))
  const result = aggregateRound({ spec, round: BigInt(step), kernels, model, reference: null, ledger, rows })
  ;({ model, ledger } = result)
  quorate.push((await trainers[0]!.evaluate(model)).accuracy ?? Number.NaN)
}
for (const trainer of trainers) trainer.dispose()
console.log(JSON.stringify({ members, rounds, parameters: layout.parameters, flower, quorate }))
