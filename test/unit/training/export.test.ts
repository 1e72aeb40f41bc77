import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import * as tfl from '@tensorflow/tfjs-layers'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { modelByName, modelNames, openNetwork, selectBackend, tensorLayout } from '../../../src/training/index.ts'
import { builtinTopology, onnxFile, stateDict, writeModel } from '../../../src/training/export/index.ts'
import type { ExportedTensor, ModelToExport } from '../../../src/training/export/index.ts'
import { takeSafetensors } from '../../../src/training/process/safetensors.ts'
import { chain, LAYERS_MODELS } from '../../support/training/layers-models.ts'
import { randomModel, samplesFor, tfjsOutputs } from '../../support/training/random-model.ts'

let folder = ''
beforeAll(async () => void (await selectBackend('cpu')))
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quorate-export-'))
})
afterEach(async () => rm(folder, { recursive: true }))

/** Loads a saved model by its files, as `tf.loadLayersModel` does with a URL or a path. */
async function loadSaved(path: string): Promise<tfl.LayersModel> {
  return tfl.loadLayersModel({
    async load() {
      const { modelTopology, weightsManifest } = JSON.parse(await readFile(join(path, 'model.json'), 'utf8'))
      const [{ paths, weights }] = weightsManifest
      const bytes = await readFile(join(path, paths[0]))
      const weightData = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)
      return { modelTopology, weightSpecs: weights, weightData }
    },
  })
}

describe('tfjs', () => {
  it.each(['small image network', 'lstm', 'concatenate', 'sequential model'])('%s loads and gives its outputs', async (name) => {
    const topology = LAYERS_MODELS[name]!()
    const model = await randomModel(name, topology)
    await writeModel('tfjs', join(folder, 'model'), model)
    const loaded = await loadSaved(join(folder, 'model'))
    const shape = loaded.inputs[0]!.shape.slice(1) as number[]
    const samples = samplesFor(topology, shape)
    const outputs = tf.tidy(() => [...(loaded.predict(tf.tensor(samples, [2, ...shape])) as tf.Tensor).dataSync()])
    expect(outputs).toEqual(await tfjsOutputs(model, topology, samples))
    loaded.dispose()
  })

  it.each(modelNames)('the built-in model %s has the same outputs as layers', async (name) => {
    const { tensors, inputShape } = modelByName(name)
    const listed = tensors.map(({ name: tensor, shape }) => ({ name: tensor, shape: [...shape] }))
    const topology = builtinTopology(name)!
    const model = { ...(await randomModel(name, topology)), document: { name, model: name, tensors: listed } }
    expect(model.layout.tensors).toEqual(tensorLayout(listed).tensors)
    const samples = samplesFor(topology, inputShape)
    using network = await openNetwork(model.document)
    using run = network.open(
      model.layout.tensors.map(({ shape, offset, length }) =>
        tf.tensor(model.weights.slice(offset, offset + length), [...shape]),
      ),
    )
    const expected = tf.tidy(() => [...run.outputs(tf.tensor2d(samples, [2, samples.length / 2]), false).dataSync()])
    const outputs = await tfjsOutputs(model, topology, samples)
    for (const [index, value] of expected.entries()) expect(Math.abs(outputs[index]! - value)).toBeLessThan(1e-5)
  })
})

describe('safetensors', () => {
  it('has every tensor, and says where the model is from', async () => {
    const model = await randomModel('dense', LAYERS_MODELS['dense']!())
    const path = join(folder, 'model.safetensors')
    await writeModel('safetensors', path, model)
    const bytes = await readFile(path)
    const head = JSON.parse(bytes.toString('utf8', 8, 8 + Number(bytes.readBigUInt64LE())))
    expect(head['__metadata__']).toEqual({ task: '1' })
    expect(await takeSafetensors(path, model.layout)).toEqual(model.weights)
  })

  it('is not written over', async () => {
    const model = await randomModel('dense', LAYERS_MODELS['dense']!())
    const path = join(folder, 'model.safetensors')
    await writeModel('safetensors', path, model)
    await expect(writeModel('safetensors', path, model)).rejects.toMatchObject({ code: 'STORAGE_FAILED', details: { path } })
  })
})

/** Layers as PyTorch has them, on one sample, in plain loops: images are [channels][height][width]. */
const torchLike = {
  conv2d(image: number[][][], { shape, values }: ExportedTensor, bias: Float32Array): number[][][] {
    const [outs, ins, high, wide] = shape as [number, number, number, number]
    return Array.from({ length: outs }, (_, o) =>
      Array.from({ length: image[0]!.length - high + 1 }, (_, y) =>
        Array.from({ length: image[0]![0]!.length - wide + 1 }, (_, x) => {
          let sum = bias[o]!
          for (let i = 0; i < ins; i++)
            for (let dy = 0; dy < high; dy++)
              for (let dx = 0; dx < wide; dx++)
                sum += image[i]![y + dy]![x + dx]! * values[((o * ins + i) * high + dy) * wide + dx]!
          return Math.max(0, sum)
        }),
      ),
    )
  },
  maxPool: (image: number[][][]): number[][][] =>
    image.map((plane) =>
      Array.from({ length: Math.floor(plane.length / 2) }, (_, y) =>
        Array.from({ length: Math.floor(plane[0]!.length / 2) }, (_, x) =>
          Math.max(plane[2 * y]![2 * x]!, plane[2 * y]![2 * x + 1]!, plane[2 * y + 1]![2 * x]!, plane[2 * y + 1]![2 * x + 1]!),
        ),
      ),
    ),
  linear: (x: number[], { shape, values }: ExportedTensor, bias: Float32Array): number[] =>
    Array.from(
      { length: shape[0]! },
      (_, o) => bias[o]! + x.reduce((sum, value, i) => sum + value * values[o * shape[1]! + i]!, 0),
    ),
  /** The last state of torch.nn.LSTM; gates i, f, g, o. */
  lstm(steps: number[][], of: (name: string) => ExportedTensor): number[] {
    const units = of('weight_hh_l0').shape[1]!
    let [state, cell] = [0, 1].map(() => Array.from({ length: units }, () => 0)) as [number[], number[]]
    const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))
    for (const step of steps) {
      const fromInput = torchLike.linear(step, of('weight_ih_l0'), of('bias_ih_l0').values)
      const fromState = torchLike.linear(state, of('weight_hh_l0'), of('bias_hh_l0').values)
      const gate = (index: number, k: number): number => fromInput[index * units + k]! + fromState[index * units + k]!
      cell = cell.map((value, k) => sigmoid(gate(1, k)) * value + sigmoid(gate(0, k)) * Math.tanh(gate(2, k)))
      state = cell.map((value, k) => sigmoid(gate(3, k)) * Math.tanh(value))
    }
    return state
  },
}

describe('state_dict', () => {
  it('has the names and axes of PyTorch, also behind a flatten layer', async () => {
    const topology = LAYERS_MODELS['small image network']!()
    const model = await randomModel('small image network', topology)
    const state = new Map((await stateDict(model)).map((tensor) => [tensor.name, tensor]))
    expect([...state].map(([name, { shape }]) => [name, shape])).toEqual([
      ['conv1.weight', [4, 2, 3, 3]],
      ['conv1.bias', [4]],
      ['norm1.weight', [16]],
      ['norm1.bias', [16]],
      ['norm1.running_mean', [16]],
      ['norm1.running_var', [16]],
      ['hidden.weight', [5, 16]],
      ['hidden.bias', [5]],
      ['outputs.weight', [3, 5]],
      ['outputs.bias', [3]],
    ])
    const of = (name: string): Float32Array => state.get(name)!.values
    const samples = samplesFor(topology, [7, 6, 2])
    const expected = await tfjsOutputs(model, topology, samples)
    for (const sample of [0, 1]) {
      const image = [0, 1].map((c) =>
        Array.from({ length: 7 }, (_, y) => Array.from({ length: 6 }, (_, x) => samples[sample * 84 + (y * 6 + x) * 2 + c]!)),
      )
      const pooled = torchLike.maxPool(torchLike.conv2d(image, state.get('conv1.weight')!, of('conv1.bias')))
      const normed = pooled
        .flat(2)
        .map(
          (value, i) =>
            ((value - of('norm1.running_mean')[i]!) / Math.sqrt(of('norm1.running_var')[i]! + 0.001)) * of('norm1.weight')[i]! +
            of('norm1.bias')[i]!,
        )
      const hidden = torchLike.linear(normed, state.get('hidden.weight')!, of('hidden.bias')).map((value) => Math.max(0, value))
      const logits = torchLike.linear(hidden, state.get('outputs.weight')!, of('outputs.bias'))
      const total = logits.reduce((sum, value) => sum + Math.exp(value), 0)
      for (const [k, value] of logits.entries()) expect(Math.exp(value) / total).toBeCloseTo(expected[sample * 3 + k]!, 5)
    }
  })

  it('has an LSTM with the gates and both biases of PyTorch', async () => {
    const topology = chain([5, 4], tfl.layers.lstm({ units: 3, recurrentActivation: 'sigmoid', name: 'memory' }))
    const model = await randomModel('lstm', topology)
    const state = new Map((await stateDict(model)).map((tensor) => [tensor.name, tensor]))
    expect([...state].map(([name, { shape }]) => [name, shape])).toEqual([
      ['memory.weight_ih_l0', [12, 4]],
      ['memory.weight_hh_l0', [12, 3]],
      ['memory.bias_ih_l0', [12]],
      ['memory.bias_hh_l0', [12]],
      ['outputs.weight', [3, 3]],
      ['outputs.bias', [3]],
    ])
    const samples = samplesFor(topology, [5, 4])
    const expected = await tfjsOutputs(model, topology, samples)
    for (const sample of [0, 1]) {
      const steps = [0, 1, 2, 3, 4].map((step) => [...samples.subarray(sample * 20 + step * 4, sample * 20 + step * 4 + 4)])
      const last = torchLike.lstm(steps, (name) => state.get(`memory.${name}`)!)
      const logits = torchLike.linear(last, state.get('outputs.weight')!, state.get('outputs.bias')!.values)
      const total = logits.reduce((sum, value) => sum + Math.exp(value), 0)
      for (const [k, value] of logits.entries()) expect(Math.exp(value) / total).toBeCloseTo(expected[sample * 3 + k]!, 5)
    }
  })

  it('keeps the tensors of another framework as they are', async () => {
    const tensors = [{ name: 'encoder.weight', shape: [2, 3] }]
    const layout = tensorLayout(tensors)
    const weights = new Float32Array(layout.paddedLength)
    weights.set([1, 2, 3, 4, 5, 6])
    const document: ModelToExport['document'] = { name: 'torch', model: { kind: 'tensors' }, tensors }
    const [tensor] = await stateDict({ document, layout, weights, facts: {} })
    expect(tensor).toEqual({ name: 'encoder.weight', shape: [2, 3], values: Float32Array.of(1, 2, 3, 4, 5, 6) })
  })
})

describe('what a format cannot hold', () => {
  const { layers } = tfl
  it.each([
    ['state_dict', 'lstm_x', () => chain([5, 4], layers.lstm({ units: 3, recurrentActivation: 'hardSigmoid', name: 'lstm_x' }))],
    ['state_dict', 'gru_x', () => chain([5, 4], layers.gru({ units: 3, recurrentActivation: 'sigmoid', name: 'gru_x' }))],
    ['state_dict', 'back', () => chain([5, 4], layers.lstm({ units: 3, goBackwards: true, name: 'back' }))],
    [
      'state_dict',
      'repeated',
      () => chain([4, 4, 1], layers.flatten(), layers.repeatVector({ n: 2, name: 'repeated' }), layers.globalMaxPooling1d({})),
    ],
    [
      'onnx',
      'both',
      () => chain([5, 4], layers.bidirectional({ layer: layers.gru({ units: 3 }), mergeMode: 'concat', name: 'both' })),
    ],
    [
      'onnx',
      'tokens',
      () =>
        chain(
          [5],
          layers.embedding({ inputDim: 7, outputDim: 4, maskZero: true, name: 'tokens' }),
          layers.globalMaxPooling1d({}),
        ),
    ],
  ] as const)('%s names layer %s', async (format, layer, make) => {
    const model = await randomModel('unsupported', make())
    const work = format === 'onnx' ? onnxFile(model) : stateDict(model)
    await expect(work).rejects.toMatchObject({ code: 'EXPORT_UNSUPPORTED', details: { layer } })
  })

  it('a network with more weights than the task lists takes no memory', async () => {
    const model = await randomModel('dense', LAYERS_MODELS['dense']!())
    const topology = {
      class_name: 'Sequential',
      config: {
        name: 'wide',
        layers: [{ class_name: 'Dense', config: { name: 'wide', units: 1e12, batch_input_shape: [null, 1000] } }],
      },
    }
    const hostile = { ...model, document: { ...model.document, model: { kind: 'layers' as const, topology } } }
    await expect(onnxFile(hostile)).rejects.toMatchObject({ code: 'MODEL_MISMATCH' })
    await expect(stateDict(hostile)).rejects.toMatchObject({ code: 'MODEL_MISMATCH' })
  })

  it.each(['onnx', 'tfjs'] as const)('%s needs a network', async (format) => {
    const tensors = [{ name: 'w', shape: [2] }]
    const layout = tensorLayout(tensors)
    const document: ModelToExport['document'] = { name: 'own', model: { kind: 'tensors' }, tensors }
    const model = { document, layout, weights: new Float32Array(layout.paddedLength), facts: {} }
    await expect(writeModel(format, join(folder, 'm'), model)).rejects.toMatchObject({ code: 'EXPORT_UNSUPPORTED' })
  })
})
