import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { knownEnvironment } from '../../../scripts/python.ts'
import { selectBackend } from '../../../src/training/index.ts'
import { builtinTopology, onnxFile } from '../../../src/training/export/index.ts'
import { LAYERS_MODELS } from '../../support/training/layers-models.ts'
import { randomModel, samplesFor, tfjsOutputs } from '../../support/training/random-model.ts'

const python = knownEnvironment()
if (!python) console.warn('skipped: no Python environment; `node scripts/python.ts environment` makes it')

/** Runs each file of a folder with onnxruntime, on the samples beside it. */
const RUNNER = `
import json, sys
import numpy as np
import onnxruntime

results = {}
for name, (path, shape, samples) in json.load(open(sys.argv[1])).items():
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    values = np.asarray(samples, np.float32).reshape(shape)
    [outputs] = session.run(["output"], {"input": values})
    results[name] = [outputs.ravel().tolist(), session.get_modelmeta().custom_metadata_map]
print(json.dumps(results))
`

const MODELS = {
  ...LAYERS_MODELS,
  ...Object.fromEntries(['mlp', 'cnn', 'cnn-wide'].map((name) => [`built-in ${name}`, () => builtinTopology(name)!])),
}

describe.skipIf(!python)('ONNX files in onnxruntime', () => {
  let folder = ''
  const expected: Record<string, number[]> = {}
  let given: Record<string, [number[], Record<string, string>]> = {}

  beforeAll(async () => {
    await selectBackend('cpu')
    folder = await mkdtemp(join(tmpdir(), 'quorate-onnx-'))
    const jobs: Record<string, unknown> = {}
    for (const [name, make] of Object.entries(MODELS)) {
      const topology = make()
      const model = await randomModel(name, topology)
      const path = join(folder, `${Object.keys(jobs).length}.onnx`)
      await writeFile(path, await onnxFile(model))
      const { config } = topology as unknown as { config: { layers: { config: Record<string, number[]> }[] } }
      const [first] = Array.isArray(config) ? config : config.layers
      const shape = (first.config['batch_input_shape'] ?? first.config['batchInputShape']) as number[]
      const samples = samplesFor(topology, shape.slice(1))
      jobs[name] = [path, [2, ...shape.slice(1)], [...samples]]
      expected[name] = await tfjsOutputs(model, topology, samples)
    }
    await writeFile(join(folder, 'jobs.json'), JSON.stringify(jobs))
    await writeFile(join(folder, 'run.py'), RUNNER)
    const { stdout } = await promisify(execFile)(python!, [join(folder, 'run.py'), join(folder, 'jobs.json')], {
      maxBuffer: 64 * 1024 * 1024,
    })
    given = JSON.parse(stdout) as typeof given
  }, 120_000)
  afterAll(async () => rm(folder, { recursive: true }))

  it.each(Object.keys(MODELS))('%s gives the outputs of tfjs', (name) => {
    const [outputs, facts] = given[name]!
    expect(outputs).toHaveLength(expected[name]!.length)
    for (const [index, value] of expected[name]!.entries()) expect(Math.abs(outputs[index]! - value)).toBeLessThan(1e-5)
    expect(facts).toEqual({ task: '1' })
  })
})
