import * as tfl from '@tensorflow/tfjs-layers'
import type { LayersTopology } from '../../../src/training/index.ts'

const { layers } = tfl

type Layer = tfl.layers.Layer

/** The topology of a model, as `model.toJSON` gives it. */
export function topologyOfModel(model: tfl.LayersModel): LayersTopology {
  const json = model.toJSON(null, false) as string | object
  model.dispose()
  return (typeof json === 'string' ? JSON.parse(json) : json) as LayersTopology
}

/** Layers between an input and a dense output of three values. */
export function chain(inputShape: number[], ...parts: Layer[]): LayersTopology {
  const input = tfl.input({ shape: inputShape })
  const features = parts.reduce((symbol, layer) => layer.apply(symbol) as tfl.SymbolicTensor, input)
  const flat = features.shape.length > 2 ? (layers.flatten({ name: 'flat' }).apply(features) as tfl.SymbolicTensor) : features
  const outputs = layers.dense({ units: 3, name: 'outputs', activation: 'softmax' }).apply(flat) as tfl.SymbolicTensor
  return topologyOfModel(tfl.model({ inputs: input, outputs }))
}

const table = (...parts: Layer[]): LayersTopology => chain([6], ...parts)
const image = (...parts: Layer[]): LayersTopology => chain([7, 6, 2], ...parts)
const series = (...parts: Layer[]): LayersTopology => chain([5, 4], ...parts)

const activation = (name: string) => (): LayersTopology =>
  table(layers.dense({ units: 5 }), layers.activation({ activation: name as 'relu' }))

/** Two ways from the input, and a layer that joins them. */
function joined(join: Layer): LayersTopology {
  const input = tfl.input({ shape: [6] })
  const ways = ['left', 'right', 'middle'].map((name) => layers.dense({ units: 4, name }).apply(input) as tfl.SymbolicTensor)
  const outputs = layers.dense({ units: 3, name: 'outputs' }).apply(join.apply(ways)) as tfl.SymbolicTensor
  return topologyOfModel(tfl.model({ inputs: input, outputs }))
}

/** Models of small sizes, one for each kind of layer and option that an export treats by itself. */
export const LAYERS_MODELS: Record<string, () => LayersTopology> = {
  dense: () => table(layers.dense({ units: 5, activation: 'tanh' })),
  'dense without bias': () => table(layers.dense({ units: 5, useBias: false })),
  'dense over steps': () => series(layers.dense({ units: 3, activation: 'relu' })),
  'sequential model': () =>
    topologyOfModel(
      tfl.sequential({ layers: [layers.dense({ units: 4, inputShape: [6], activation: 'relu' }), layers.dense({ units: 2 })] }),
    ),
  ...Object.fromEntries(
    ['relu', 'relu6', 'sigmoid', 'tanh', 'elu', 'selu', 'softplus', 'softsign', 'hardSigmoid', 'swish', 'mish', 'gelu'].map(
      (name) => [`activation ${name}`, activation(name)] as const,
    ),
  ),
  relu: () => table(layers.dense({ units: 5 }), layers.reLU({ maxValue: 0.5 })),
  'leaky relu': () => table(layers.dense({ units: 5 }), layers.leakyReLU()),
  'elu layer': () => table(layers.dense({ units: 5 }), layers.elu()),
  prelu: () => table(layers.dense({ units: 5 }), layers.prelu()),
  'thresholded relu': () => table(layers.dense({ units: 5 }), layers.thresholdedReLU({ theta: 0.1 })),
  softmax: () => table(layers.dense({ units: 5 }), layers.softmax()),
  dropout: () => table(layers.dense({ units: 5 }), layers.dropout({ rate: 0.5 })),
  'batch normalisation': () => image(layers.batchNormalization({})),
  'layer normalisation': () => image(layers.layerNormalization({})),
  conv2d: () => image(layers.conv2d({ filters: 3, kernelSize: [3, 2], activation: 'relu' })),
  'conv2d same': () => image(layers.conv2d({ filters: 3, kernelSize: 3, padding: 'same', useBias: false })),
  'conv2d same strides': () => image(layers.conv2d({ filters: 3, kernelSize: [4, 3], strides: [2, 3], padding: 'same' })),
  'conv2d dilated': () => image(layers.conv2d({ filters: 3, kernelSize: 2, dilationRate: 2 })),
  'depthwise conv2d': () => image(layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, activation: 'tanh' })),
  'separable conv2d': () => image(layers.separableConv2d({ filters: 3, kernelSize: 3, padding: 'same' })),
  conv1d: () => series(layers.conv1d({ filters: 3, kernelSize: 2, activation: 'tanh' })),
  'conv1d same': () => series(layers.conv1d({ filters: 3, kernelSize: 4, padding: 'same' })),
  'max pooling': () => image(layers.maxPooling2d({ poolSize: [2, 3] })),
  'max pooling same': () => image(layers.maxPooling2d({ poolSize: 3, strides: 2, padding: 'same' })),
  'average pooling': () => image(layers.averagePooling2d({ poolSize: 2 })),
  'average pooling same': () => image(layers.averagePooling2d({ poolSize: 3, strides: 2, padding: 'same' })),
  'max pooling 1d': () => series(layers.maxPooling1d({ poolSize: 2 })),
  'average pooling 1d': () => series(layers.averagePooling1d({ poolSize: 2, strides: 1 })),
  'global average pooling': () => image(layers.globalAveragePooling2d({})),
  'global max pooling': () => image(layers.globalMaxPooling2d({})),
  'global max pooling 1d': () => series(layers.globalMaxPooling1d({})),
  'global average pooling 1d': () => series(layers.globalAveragePooling1d({})),
  'zero padding': () =>
    image(
      layers.zeroPadding2d({
        padding: [
          [1, 2],
          [0, 3],
        ],
      }),
    ),
  reshape: () => image(layers.reshape({ targetShape: [7, 12] })),
  permute: () => image(layers.permute({ dims: [3, 1, 2] })),
  'repeat vector': () => table(layers.repeatVector({ n: 3 })),
  embedding: () => chain([5], layers.embedding({ inputDim: 7, outputDim: 4 })),
  lstm: () => series(layers.lstm({ units: 3 })),
  'lstm sequences': () => series(layers.lstm({ units: 3, returnSequences: true, recurrentActivation: 'sigmoid' })),
  gru: () => series(layers.gru({ units: 3 })),
  'gru without bias': () => series(layers.gru({ units: 3, useBias: false, returnSequences: true })),
  add: () => joined(layers.add()),
  multiply: () => joined(layers.multiply()),
  average: () => joined(layers.average()),
  maximum: () => joined(layers.maximum()),
  minimum: () => joined(layers.minimum()),
  concatenate: () => joined(layers.concatenate()),
  'small image network': () =>
    image(
      layers.conv2d({ filters: 4, kernelSize: 3, activation: 'relu', name: 'conv1' }),
      layers.maxPooling2d({ poolSize: 2, name: 'pool1' }),
      layers.flatten({ name: 'flat1' }),
      layers.batchNormalization({ name: 'norm1' }),
      layers.dropout({ rate: 0.3, name: 'drop1' }),
      layers.dense({ units: 5, activation: 'relu', name: 'hidden' }),
    ),
}
