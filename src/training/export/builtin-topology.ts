import type { LayersTopology } from '../networks/index.ts'

interface Layer {
  class_name: string
  config: Record<string, unknown>
}

const dense = (name: string, units: number, activation: string): Layer => ({
  class_name: 'Dense',
  config: { name, units, activation, use_bias: true },
})

const convolution = (name: string, filters: number): Layer => ({
  class_name: 'Conv2D',
  config: {
    name,
    filters,
    kernel_size: [5, 5],
    strides: [1, 1],
    padding: 'valid',
    data_format: 'channels_last',
    activation: 'relu',
    use_bias: true,
  },
})

const pooling = (name: string): Layer => ({
  class_name: 'MaxPooling2D',
  config: { name, pool_size: [2, 2], strides: [2, 2], padding: 'valid', data_format: 'channels_last' },
})

const flatten: Layer = { class_name: 'Flatten', config: { name: 'flat' } }

const blocks = (first: number, second: number): Layer[] => [
  convolution('conv1', first),
  pooling('pool1'),
  convolution('conv2', second),
  pooling('pool2'),
  flatten,
]

/** The layers of each model of `models/`; a layer has the name that its tensors begin with. */
const LAYERS: Record<string, Layer[]> = {
  mlp: [flatten, dense('hidden', 128, 'relu'), dense('output', 10, 'linear')],
  cnn: [...blocks(8, 16), dense('output', 10, 'linear')],
  'cnn-wide': [...blocks(20, 50), dense('hidden', 500, 'relu'), dense('output', 10, 'linear')],
}

/**
 * A built-in model as tfjs layers, for files that other programs read: the same tensors by the same names, and the same outputs, which are
 * logits.
 *
 * @returns undefined for a model without layers
 */
export function builtinTopology(model: string): LayersTopology | undefined {
  const layers = Object.hasOwn(LAYERS, model) ? structuredClone(LAYERS[model]!) : undefined
  if (!layers) return undefined
  layers[0]!.config['batch_input_shape'] = [null, 28, 28, 1]
  return { class_name: 'Sequential', config: { name: model, layers } }
}
