import * as tf from '@tensorflow/tfjs-core'
import * as tfl from '@tensorflow/tfjs-layers'
import { describe, expect, it } from 'vitest'
import {
  createRandom,
  layersNetwork,
  logitsTopology,
  lossByName,
  openNetwork,
  selectBackend,
} from '../../../src/training/index.ts'
import type { BackendName, LayersTopology, Network } from '../../../src/training/index.ts'

const { layers } = tfl

function topologyOf(model: tfl.LayersModel): LayersTopology {
  const json = model.toJSON(null, false) as string | object
  model.dispose()
  return (typeof json === 'string' ? JSON.parse(json) : json) as LayersTopology
}

type Make = (...parts: tfl.layers.Layer[]) => LayersTopology

/** Layers between an input and a dense output of three logits. */
const ending =
  (inputShape: number[]): Make =>
  (...parts) => {
    const input = tfl.input({ shape: inputShape })
    const features = parts.reduce((symbol, layer) => layer.apply(symbol) as tfl.SymbolicTensor, input)
    const flat = features.shape.length > 2 ? (layers.flatten().apply(features) as tfl.SymbolicTensor) : features
    const outputs = layers.dense({ units: 3, name: 'outputs' }).apply(flat) as tfl.SymbolicTensor
    return topologyOf(tfl.model({ inputs: input, outputs }))
  }

const table = ending([6])
const image = ending([6, 6, 2])
const series = ending([5, 4])

/** One for each kind of layer that a task may use. */
const OFFERED: Record<string, () => LayersTopology> = {
  dense: () => table(layers.dense({ units: 5, activation: 'tanh' })),
  'activation elu': () => table(layers.dense({ units: 5 }), layers.activation({ activation: 'elu' })),
  'leaky relu': () => table(layers.dense({ units: 5 }), layers.leakyReLU()),
  'batch normalisation': () => table(layers.dense({ units: 5 }), layers.batchNormalization({})),
  'layer normalisation': () => table(layers.dense({ units: 5 }), layers.layerNormalization({})),
  conv2d: () => image(layers.conv2d({ filters: 3, kernelSize: 3, padding: 'same', activation: 'tanh' })),
  'conv2d strides': () => image(layers.conv2d({ filters: 3, kernelSize: 3, strides: 2 })),
  'max pooling': () => image(layers.maxPooling2d({ poolSize: 2 })),
  'average pooling': () => image(layers.averagePooling2d({ poolSize: 2 })),
  'global average pooling': () => image(layers.globalAveragePooling2d({})),
  'zero padding': () => image(layers.zeroPadding2d({ padding: 1 })),
  reshape: () => image(layers.reshape({ targetShape: [6, 12] })),
  conv1d: () => series(layers.conv1d({ filters: 3, kernelSize: 2, activation: 'tanh' })),
  'global max pooling 1d': () => series(layers.globalMaxPooling1d({})),
  'global average pooling 1d': () => series(layers.globalAveragePooling1d({})),
  gru: () => series(layers.gru({ units: 3 })),
  lstm: () => series(layers.lstm({ units: 3 })),
  embedding: () => ending([5])(layers.embedding({ inputDim: 7, outputDim: 4 })),
  'depthwise conv2d': () => image(layers.depthwiseConv2d({ kernelSize: 3 })),
  'separable conv2d': () => image(layers.separableConv2d({ filters: 3, kernelSize: 3 })),
}

const BATCH = 4
const loss = lossByName('cross-entropy')

/** The gradient of the loss at a coordinate of a weight, by tfjs and by the difference quotient. */
async function gradients(network: Network, tokens: boolean): Promise<{ name: string; given: number; measured: number }[]> {
  const random = createRandom('layers')
  const values = (count: number, scale: number): Float32Array =>
    Float32Array.from({ length: count }, () => (random.unit() * 2 - 1) * scale)
  const start = network.tensors.map(({ name, shape }) => {
    const size = shape.reduce((product, each) => product * each, 1)
    return /variance|gamma/.test(name) ? values(size, 0.2).map((value) => 1 + value) : values(size, 0.5)
  })
  const width = network.inputShape.reduce((product, each) => product * each, 1)
  const samples = tokens ? Float32Array.from({ length: BATCH * width }, () => random.below(7)) : values(BATCH * width, 1)
  const labels = Float32Array.from({ length: BATCH * 3 }, (_, k) => (k % 3 === Math.floor(k / 3) % 3 ? 1 : 0))
  const lossOf = (weights: Float32Array[]): { value: number; grads: Map<string, Float32Array> } => {
    const tensors = weights.map((one, index) => tf.tensor(one.slice(), [...network.tensors[index]!.shape]))
    using run = network.open(tensors)
    const grads = new Map<string, Float32Array>()
    let mean = 0
    tf.tidy(() => {
      const trained = run.variables.filter(({ trainable }) => trainable)
      const given = tf.variableGrads(
        () => loss.of(run.outputs(tf.tensor2d(samples, [BATCH, width]), true), tf.tensor2d(labels, [BATCH, 3])),
        trained,
      )
      mean = given.value.dataSync()[0]!
      for (const [name, grad] of Object.entries(given.grads)) grads.set(name, grad.dataSync<'float32'>().slice())
    })
    return { value: mean, grads }
  }
  const { grads } = lossOf(start)
  const names = (() => {
    using run = network.open(start.map((one, index) => tf.tensor(one.slice(), [...network.tensors[index]!.shape])))
    return run.variables.map(({ name, trainable }) => (trainable ? name : undefined))
  })()
  const checks: { name: string; given: number; measured: number }[] = []
  for (const [index, name] of names.entries()) {
    if (name === undefined) continue
    const grad = grads.get(name)!
    // The coordinate with the largest slope and one by chance.
    const steepest = grad.reduce((best, value, k) => (Math.abs(value) > Math.abs(grad[best]!) ? k : best), 0)
    for (const k of new Set([steepest, random.below(grad.length)])) {
      const at = (shift: number): number => {
        const moved = start.map((one) => one.slice())
        moved[index]![k]! += shift
        return lossOf(moved).value
      }
      const width = 2 ** -7
      checks.push({ name: network.tensors[index]!.name, given: grad[k]!, measured: (at(width) - at(-width)) / (2 * width) })
    }
  }
  return checks
}

describe.each(['cpu', 'wasm'] as BackendName[])('layers on %s', (backend) => {
  it.each(Object.keys(OFFERED))('%s has the gradient of the difference quotient', async (name) => {
    await selectBackend(backend)
    using network = await layersNetwork(name, OFFERED[name]!())
    for (const { name: tensor, given, measured } of await gradients(network, name === 'embedding'))
      expect(given, tensor).toBeCloseTo(measured, 2)
  })
})

describe('layersNetwork', () => {
  it('gives logits in place of a softmax, whatever makes it', async () => {
    await selectBackend('cpu')
    const dense = topologyOf(tfl.sequential({ layers: [layers.dense({ units: 3, inputShape: [4], activation: 'softmax' })] }))
    const apart = topologyOf(tfl.sequential({ layers: [layers.dense({ units: 3, inputShape: [4] }), layers.softmax({})] }))
    for (const topology of [dense, apart]) {
      using network = await layersNetwork('softmax', topology)
      const start = network.tensors.map(({ shape }) => tf.ones([...shape]))
      using run = network.open(start)
      const outputs = tf.tidy(() => [...run.outputs(tf.tensor2d([[1, 2, 3, 4]]), false).dataSync()])
      expect(outputs).toEqual([11, 11, 11])
    }
    expect(logitsTopology(dense)).not.toEqual(dense)
  })

  it('changes the mean of a batch normalisation in training only', async () => {
    await selectBackend('cpu')
    using network = await layersNetwork(
      'normalised',
      topologyOf(tfl.sequential({ layers: [layers.batchNormalization({ inputShape: [2] }), layers.dense({ units: 1 })] })),
    )
    const names = network.tensors.map(({ name }) => name)
    const mean = names.findIndex((name) => name.includes('moving_mean'))
    using run = network.open(network.tensors.map(({ shape }) => tf.ones([...shape])))
    expect(run.variables[mean]!.trainable).toBe(false)
    const inputs = tf.tensor2d([
      [3, 3],
      [5, 5],
    ])
    tf.tidy(() => run.outputs(inputs, false))
    expect([...run.variables[mean]!.dataSync()]).toEqual([1, 1])
    tf.tidy(() => run.outputs(inputs, true))
    expect([...run.variables[mean]!.dataSync()][0]).toBeCloseTo(1 + (4 - 1) * 0.01, 5)
    inputs.dispose()
  })

  it.each([
    ['nonsense', { class_name: 'Sequential', config: { layers: 3 } }],
    [
      'a layer that does not exist',
      { class_name: 'Sequential', config: { name: 's', layers: [{ class_name: 'Wishful', config: {} }] } },
    ],
    ['an output for each place', () => topologyOf(tfl.sequential({ layers: [layers.dense({ units: 2, inputShape: [3, 4] })] }))],
  ])('refuses %s', async (_, topology) => {
    await selectBackend('cpu')
    await expect(layersNetwork('wrong', typeof topology === 'function' ? topology() : topology)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
    })
  })
})

describe('a topology of a hostile founder', () => {
  it.each<[string, () => LayersTopology]>([
    ['a dense layer of 10^12 weights', () => sequence({ class_name: 'Dense', config: { name: 'wide', units: 1e12 } })],
    ['an embedding', () => sequence({ class_name: 'Embedding', config: { name: 'words', input_dim: 1e9, output_dim: 1e6 } })],
    [
      'many layers that are each small enough',
      () => sequence(...Array.from({ length: 40 }, (_, k) => ({ class_name: 'Dense', config: { name: `d${k}`, units: 100 } }))),
    ],
  ])('is refused before it takes memory: %s', async (_, topology) => {
    await selectBackend('cpu')
    const before = tf.memory().numBytes
    const opening = openNetwork({
      name: 'hostile',
      model: { kind: 'layers', topology: topology() },
      tensors: [{ name: 'w', shape: [50, 100] }],
    })
    await expect(opening).rejects.toMatchObject({
      code: 'MODEL_MISMATCH',
      message: expect.stringContaining('5000 are expected') as string,
    })
    expect(tf.memory().numBytes - before).toBeLessThan(4 * 5000 + 1000)
  })

  it.each<[string, LayersTopology]>([
    ['a layer that repeats its input 10^9 times', sequence({ class_name: 'RepeatVector', config: { name: 'again', n: 1e9 } })],
    ['a layer that keeps states', sequence({ class_name: 'Dense', config: { name: 'd', units: 1, stateful: true } })],
  ])('is refused for what its layers hold: %s', async (_, topology) => {
    await selectBackend('cpu')
    await expect(layersNetwork('hostile', topology)).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })
})

function sequence(...inner: { class_name: string; config: Record<string, unknown> }[]): LayersTopology {
  const [first, ...rest] = inner
  const layersJson = [{ ...first!, config: { ...first!.config, batch_input_shape: [null, 6] } }, ...rest]
  return { class_name: 'Sequential', config: { name: 'hostile', layers: layersJson } }
}
