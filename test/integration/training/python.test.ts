import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { knownEnvironment } from '../../../scripts/python.ts'
import { silentLogger } from '../../../src/core/index.ts'
import { tensorLayout } from '../../../src/training/layout.ts'
import { createProcessLearner } from '../../../src/training/process/index.ts'
import type { ProcessLearner } from '../../../src/training/process/index.ts'

const PACKAGE = resolve(import.meta.dirname, '../../../python')
const python = knownEnvironment()
if (!python) console.warn('skipped: no Python environment; `node scripts/python.ts environment` makes it')

const layout = tensorLayout([
  { name: 'encoder.weight', shape: [300, 1000] },
  { name: 'scale', shape: [] },
  { name: 'head.bias', shape: [10] },
])

let folder = ''
let learner: ProcessLearner | undefined
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quorate-python-'))
})
afterEach(async () => {
  await learner?.[Symbol.asyncDispose]()
  learner = undefined
  await rm(folder, { recursive: true })
})

async function run(script: string, way: 'file' | 'frames' = 'file', graceMs = 500): Promise<ProcessLearner> {
  const path = join(folder, 'train.py')
  await writeFile(path, `import sys\nsys.path.insert(0, ${JSON.stringify(PACKAGE)})\nimport quorate\n${script}`)
  learner = await createProcessLearner({
    command: [python!, path],
    cwd: folder,
    layout,
    training: '{"local":{"epochs":2}}',
    seed: 1,
    way,
    logger: silentLogger,
    limits: { killMs: 500, graceMs, pauseMs: 1 },
  })
  return learner
}

function weightsOf(value: number): Float32Array {
  const weights = new Float32Array(layout.paddedLength)
  for (const { offset, length } of layout.tensors) weights.fill(value, offset, offset + length)
  return weights
}

describe.skipIf(!python)('a Python program that trains', () => {
  it.each(['file', 'frames'] as const)('gets weights and sends them back (%s)', async (way) => {
    const own = await run(
      `
for round in quorate.rounds(evaluate=True):
    if round.kind == "evaluate":
        quorate.send(metrics={"mae": float(round.weights["scale"]) / 4, "eval_loss": 0.1, "samples": 3, "bad": float("nan")})
    else:
        assert list(round.weights) == ["encoder.weight", "scale", "head.bias"], list(round.weights)
        assert round.config == {"local": {"epochs": 2}}
        round.weights["encoder.weight"] += round.step
        quorate.send({name: value for name, value in reversed(round.weights.items())}, {"loss": 0.25, "num-examples": 9})
`,
      way,
    )
    for (const step of [1, 2]) {
      const { delta, metrics } = await own.train({ weights: weightsOf(3), step })
      const [first, ...others] = layout.tensors.map(({ offset, length }) => delta.subarray(offset, offset + length))
      expect(first!.every((value) => value === step)).toBe(true)
      expect(others.every((tensor) => tensor.every((value) => value === 0))).toBe(true)
      expect(metrics).toEqual({ loss: 0.25, samples: 9 })
    }
    expect(await own.evaluate(weightsOf(3))).toEqual({
      loss: 0.1,
      samples: 3,
      metrics: { mae: 0.75, eval_loss: 0.1, samples: 3 },
    })
  })

  it('takes frames when the file cannot be opened, as in a container', async () => {
    const own = await run(`
import quorate._session
def missing(path): raise FileNotFoundError(path)
del quorate._session.take_file  # fails where it has another name
quorate._session.take_file = missing
for round in quorate.rounds():
    quorate.send({name: value + 1 for name, value in round.weights.items()})
`)
    expect((await own.train({ weights: weightsOf(1), step: 1 })).delta).toEqual(weightsOf(1))
  })

  it('is told what is wrong with its result, and may go on', async () => {
    const own = await run(`
for round in quorate.rounds():
    try:
        wrong = {**round.weights, "bn.num_batches_tracked": round.weights["scale"]} if round.step == 1 else round.weights
        if round.step == 2: round.weights["head.bias"][3] = float("nan")
        quorate.send(wrong)
    except quorate.QuorateError as error:
        open("told", "a").write(str(error) + "\\n")
`)
    await expect(own.train({ weights: weightsOf(1), step: 1 })).rejects.toMatchObject({
      code: 'TRAINER_TENSOR',
      details: { tensor: 'bn.num_batches_tracked' },
    })
    await expect(own.train({ weights: weightsOf(1), step: 2 })).rejects.toMatchObject({
      code: 'TRAINING_DIVERGED',
      details: { tensor: 'head.bias', element: 3 },
    })
    expect((await own.train({ weights: weightsOf(1), step: 3 })).delta).toEqual(new Float32Array(layout.paddedLength))
    expect(await readFile(join(folder, 'told'), 'utf8')).toMatch(/^TRAINER_TENSOR: .*"bn.num_batches_tracked"/)
  })

  it('ends its loop when the time is up', async () => {
    const script = `
import time
for round in quorate.rounds():
    batches = 0
    while round.progress(batches := batches + 1, loss=1.5):
        time.sleep(0.01)
    quorate.send(round.weights, {"loss": 1, "samples": batches})
`
    const own = await run(script, 'file', 60_000)
    const { metrics } = await own.train({ weights: weightsOf(1), step: 1, deadline: Date.now() + 2000 })
    expect(metrics.loss).toBe(1)
    expect(metrics.samples).toBeGreaterThan(0)
  })

  it('that raises an error ends the round with its last line', async () => {
    const own = await run('for round in quorate.rounds():\n    raise ValueError("column age is missing")\n')
    await expect(own.train({ weights: weightsOf(1), step: 1 })).rejects.toMatchObject({
      code: 'TRAINER_CRASHED',
      message: expect.stringContaining('exit code 1: ValueError: column age is missing') as string,
    })
  })

  it('that fails within its result loses the round, and may go on', async () => {
    const own = await run(`
class Broken:
    shape, dtype = (10,), "float32"
    def is_floating_point(self): return True
    def detach(self): raise MemoryError("no room")
for round in quorate.rounds():
    if round.step == 1: round.weights["head.bias"] = Broken()
    try:
        quorate.send(round.weights)
    except MemoryError:
        pass
`)
    await expect(own.train({ weights: weightsOf(1), step: 1 })).rejects.toMatchObject({
      code: 'TRAINER_TENSOR',
      message: 'the trainer sent 1200004 of 1200044 bytes of its result',
    })
    expect((await own.train({ weights: weightsOf(1), step: 2 })).delta).toEqual(new Float32Array(layout.paddedLength))
  })

  it('that one wrote for the command line reads its round and ends', async () => {
    const own = await run('round = quorate.receive()\nquorate.send(round.weights, {"loss": round.step})\n')
    for (const step of [1, 2, 3]) expect((await own.train({ weights: weightsOf(1), step })).metrics.loss).toBe(step)
  })
})
