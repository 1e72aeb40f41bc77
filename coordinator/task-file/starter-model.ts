import { initializers, layers, sequential } from '@tensorflow/tfjs-layers'
import type { Sequential } from '@tensorflow/tfjs-layers'
import { QuorateError } from '../../src/core/index.ts'
import { inputShape } from '../../src/data/index.ts'
import type { DataSchema } from '../../src/data/index.ts'
import { selectBackend } from '../../src/training/index.ts'
import type { LayersTopology } from '../../src/training/index.ts'

type Layer = Parameters<Sequential['add']>[0]

/** The initialisers draw the same weights each time. */
const SEED = 1
/** Values that stand for a token. */
const TOKEN = 16

/**
 * A small network that fits the records of a schema, to begin with: a convolutional one for images, two dense layers for tables and arrays, the
 * strongest of the tokens' values for texts.
 *
 * @throws QuorateError DATA_SCHEMA for a tokeniser whose vocabulary has no known size
 * @example const topology = await starterModel('digits', parseSchema(value))
 */
export async function starterModel(name: string, schema: DataSchema): Promise<LayersTopology> {
  await selectBackend('cpu')
  const outputs = schema.target.kind === 'number' ? 1 : schema.target.labels.length
  const model = sequential({ name, layers: [...bodyOf(schema), output(outputs)] })
  try {
    const { class_name: kind, config } = model.toJSON(null, false) as unknown as LayersTopology
    return { class_name: kind, config }
  } finally {
    model.dispose()
  }
}

function bodyOf(schema: DataSchema): Layer[] {
  const shape = [...inputShape(schema)]
  if (schema.kind === 'image' && Math.min(schema.height, schema.width) >= 16) return imageBody(shape)
  if (schema.kind === 'text') return textBody(shape, vocabularyOf(schema))
  if (shape.length === 1) return [dense('hidden1', 64, { inputShape: shape }), dense('hidden2', 32)]
  return [layers.flatten({ name: 'flat', inputShape: shape }), dense('hidden1', 64), dense('hidden2', 32)]
}

function imageBody(inputShape: number[]): Layer[] {
  const convolution = (name: string, filters: number, more: object = {}): Layer =>
    layers.conv2d({
      name,
      filters,
      kernelSize: 5,
      activation: 'relu',
      kernelInitializer: initializers.heUniform({ seed: SEED }),
      ...more,
    })
  return [
    convolution('conv1', 8, { inputShape }),
    layers.maxPooling2d({ name: 'pool1', poolSize: 2 }),
    convolution('conv2', 16),
    layers.maxPooling2d({ name: 'pool2', poolSize: 2 }),
    layers.flatten({ name: 'flat' }),
  ]
}

function textBody(inputShape: number[], vocabulary: number): Layer[] {
  return [
    layers.embedding({
      name: 'tokens',
      inputShape,
      inputDim: vocabulary,
      outputDim: TOKEN,
      embeddingsInitializer: initializers.randomUniform({ minval: -0.05, maxval: 0.05, seed: SEED }),
    }),
    // A mean would be that of the padding.
    layers.globalMaxPooling1d({ name: 'strongest' }),
    dense('hidden', 32),
  ]
}

function dense(name: string, units: number, more: object = {}): Layer {
  return layers.dense({ name, units, activation: 'relu', kernelInitializer: initializers.heUniform({ seed: SEED }), ...more })
}

function output(units: number): Layer {
  return layers.dense({ name: 'output', units, kernelInitializer: initializers.glorotUniform({ seed: SEED }) })
}

function vocabularyOf({ tokeniser }: Extract<DataSchema, { kind: 'text' }>): number {
  const { model } = ('definition' in tokeniser ? tokeniser.definition : {}) as { model?: { vocab?: object } }
  const ids = Object.values(model?.vocab ?? {}).filter((id) => typeof id === 'number')
  if (ids.length > 0) return Math.max(...ids) + 1
  throw new QuorateError('DATA_SCHEMA', 'the schema has no vocabulary: write the model yourself, with one vector for each token')
}
