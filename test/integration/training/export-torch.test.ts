import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { layers } from '@tensorflow/tfjs-layers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { knownEnvironment } from '../../../scripts/python.ts'
import { selectBackend } from '../../../src/training/index.ts'
import type { LayersTopology } from '../../../src/training/index.ts'
import { writeModel } from '../../../src/training/export/index.ts'
import { chain, LAYERS_MODELS } from '../../support/training/layers-models.ts'
import { randomModel, samplesFor, tfjsOutputs } from '../../support/training/random-model.ts'

const python = knownEnvironment('full')
if (!python) console.warn('skipped: no Python environment with PyTorch; `node scripts/python.ts environment --full` makes it')

interface Model {
  topology: () => LayersTopology
  /** Sizes of an input. */
  input: number[]
  /** The same layers in PyTorch, named as in tfjs: arguments of an OrderedDict. */
  torch: string
}

const memory = (options: object): ReturnType<typeof layers.lstm> =>
  layers.lstm({ units: 3, recurrentActivation: 'sigmoid', name: 'memory', ...options })

const MODELS: Record<string, Model> = {
  'small image network': {
    topology: LAYERS_MODELS['small image network']!,
    input: [7, 6, 2],
    torch: `first=ChannelsFirst(), conv1=nn.Conv2d(2, 4, 3), r1=nn.ReLU(), pool=nn.MaxPool2d(2), flat=nn.Flatten(),
      norm1=nn.BatchNorm1d(16, eps=1e-3), hidden=nn.Linear(16, 5), r2=nn.ReLU(), outputs=nn.Linear(5, 3)`,
  },
  lstm: {
    topology: () => chain([5, 4], memory({})),
    input: [5, 4],
    torch: 'memory=LSTM(4, 3), last=Last(), outputs=nn.Linear(3, 3)',
  },
  'lstm without bias': {
    topology: () => chain([5, 4], memory({ useBias: false })),
    input: [5, 4],
    torch: 'memory=LSTM(4, 3, bias=False), last=Last(), outputs=nn.Linear(3, 3)',
  },
  'lstm over an lstm, all steps': {
    topology: () => chain([5, 4], memory({ returnSequences: true }), memory({ name: 'second', units: 2, returnSequences: true })),
    input: [5, 4],
    torch: 'memory=LSTM(4, 3), second=LSTM(3, 2), flat=nn.Flatten(), outputs=nn.Linear(10, 3)',
  },
  'lstm over an embedding': {
    topology: () => chain([5], layers.embedding({ inputDim: 7, outputDim: 4, name: 'tokens' }), memory({})),
    input: [5],
    torch: 'whole=Whole(), tokens=nn.Embedding(7, 4), memory=LSTM(4, 3), last=Last(), outputs=nn.Linear(3, 3)',
  },
  'flattened embedding': {
    topology: () => chain([5], layers.embedding({ inputDim: 7, outputDim: 4, name: 'tokens' })),
    input: [5],
    torch: 'whole=Whole(), tokens=nn.Embedding(7, 4), flat=nn.Flatten(), outputs=nn.Linear(20, 3)',
  },
}

/** Loads each file into a module, and prints what the module makes of the samples. */
const RUNNER = `
import json, sys
from collections import OrderedDict
import numpy as np, torch
from safetensors.torch import load_file
from torch import nn

class LSTM(nn.LSTM):
    def __init__(self, inputs, units, bias=True):
        super().__init__(inputs, units, bias=bias, batch_first=True)
    def forward(self, x):
        return super().forward(x)[0]

def function(f):
    return type("Function", (nn.Module,), {"forward": lambda self, x: f(x)})

Last = function(lambda x: x[:, -1])
Whole = function(lambda x: x.long())
ChannelsFirst = function(lambda x: x.permute(0, 3, 1, 2))

results = {}
for name, (path, layers, shape, samples) in json.load(open(sys.argv[1])).items():
    model = nn.Sequential(eval(f"OrderedDict({layers})"))
    missing, unexpected = model.load_state_dict(load_file(path), strict=False)
    model.eval()
    outputs = model(torch.tensor(samples, dtype=torch.float32).reshape(shape)).softmax(-1)
    wrong = [key for key in missing if not key.endswith("num_batches_tracked")] + list(unexpected)
    results[name] = [outputs.detach().ravel().tolist(), wrong]
print(json.dumps(results))
`

describe.skipIf(!python)('state_dict in PyTorch', () => {
  let folder = ''
  const expected: Record<string, number[]> = {}
  let given: Record<string, [number[], string[]]> = {}

  beforeAll(async () => {
    await selectBackend('cpu')
    folder = await mkdtemp(join(tmpdir(), 'quorate-state-dict-'))
    const jobs: Record<string, unknown> = {}
    for (const [name, { topology: make, input, torch }] of Object.entries(MODELS)) {
      const topology = make()
      const model = await randomModel(name, topology)
      const path = join(folder, `${Object.keys(jobs).length}.safetensors`)
      await writeModel('state_dict', path, model)
      const samples = samplesFor(topology, input)
      jobs[name] = [path, torch.replaceAll(/\s+/g, ' '), [2, ...input], [...samples]]
      expected[name] = await tfjsOutputs(model, topology, samples)
    }
    await writeFile(join(folder, 'jobs.json'), JSON.stringify(jobs))
    await writeFile(join(folder, 'run.py'), RUNNER)
    const { stdout } = await promisify(execFile)(python!, [join(folder, 'run.py'), join(folder, 'jobs.json')])
    given = JSON.parse(stdout) as typeof given
  })
  afterAll(async () => rm(folder, { recursive: true }))

  it.each(Object.keys(MODELS))('%s gives the outputs of tfjs', (name) => {
    const [outputs, wrong] = given[name]!
    expect(wrong).toEqual([])
    expect(outputs).toHaveLength(expected[name]!.length)
    for (const [index, value] of expected[name]!.entries()) expect(Math.abs(outputs[index]! - value)).toBeLessThan(1e-5)
  })
})
