import { Variable, reshape } from '@tensorflow/tfjs-core'
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core'
import { models } from '@tensorflow/tfjs-layers'
import type { LayersModel, LayerVariable } from '@tensorflow/tfjs-layers'
import { QuorateError } from '../../core/errors.ts'
import { logitsTopology } from './logits-topology.ts'
import type { LayersTopology } from './logits-topology.ts'
import type { Network } from './network.ts'
import { TooManyParameters, withinParameters } from './within-parameters.ts'

/** Parameters of a model whose size is not known before: 2 GiB of floats. */
const MOST_PARAMETERS = 2 ** 29
/** Values that one layer may give for one sample: a quarter of a GiB. */
const MOST_VALUES = 2 ** 26

/**
 * A tfjs layers model as a network: one input, one output [batch, outputs]. Its weights are whatever its initialisers draw until a run opens.
 *
 * @param topology as `model.toJSON(null, false)` gives it, without weights
 * @param most parameters that it may have. It is anybody's JSON: nothing is allocated beyond
 * @throws QuorateError CONFIG_INVALID for JSON that is no such model, MODEL_MISMATCH for one with more parameters
 * @example
 * const model = tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [8], activation: 'softmax' })] })
 * using network = await layersNetwork('iris', JSON.parse(model.toJSON(null, false)))
 */
export async function layersNetwork(
  name: string,
  topology: LayersTopology,
  { most = MOST_PARAMETERS }: { most?: number } = {},
): Promise<Network & { initial(): Float32Array[] }> {
  refuseStateful(name, topology)
  const model = await loadTopology(name, topology, most)
  refuseWide(name, model)
  const [inputShape, outputs] = shapesOf(name, model)
  const variables = model.weights.map(variableOf)
  const tensors = model.weights.map(({ originalName, shape }) => {
    if (shape.some((size) => size === null)) throw invalid(name, `weight ${originalName} has no fixed shape`)
    return { name: originalName, shape: shape as number[] }
  })
  return {
    name,
    inputShape,
    outputs,
    tensors,
    open(start) {
      for (const [index, tensor] of start.entries()) {
        variables[index]!.assign(tensor)
        tensor.dispose()
      }
      return {
        variables,
        outputs: (inputs, training) => model.apply(reshape(inputs, [-1, ...inputShape]), { training }) as Tensor as Tensor2D,
        [Symbol.dispose]: () => {},
      }
    },
    initial: () => variables.map((variable) => variable.dataSync<'float32'>().slice()),
    [Symbol.dispose]: () => void model.dispose(),
  }
}

async function loadTopology(name: string, topology: LayersTopology, most: number): Promise<LayersModel> {
  try {
    return await withinParameters(most, async () => models.modelFromJSON({ modelTopology: logitsTopology(topology) } as never))
  } catch (cause) {
    if (cause instanceof TooManyParameters)
      throw new QuorateError('MODEL_MISMATCH', `the layers of model ${name} are too large: ${cause.message}`, {
        cause,
        details: { model: name, most },
      })
    throw invalid(name, cause instanceof Error ? cause.message : String(cause), cause)
  }
}

/** Layers that keep states between batches hold as many as the JSON says, and no task needs one. */
function refuseStateful(name: string, topology: LayersTopology): void {
  const keeps = (value: unknown): boolean =>
    typeof value === 'object' &&
    value !== null &&
    Object.entries(value).some(([key, inner]) => (key === 'stateful' && inner === true) || keeps(inner))
  if (keeps(topology)) throw invalid(name, 'a layer keeps states between batches (stateful)')
}

/** @throws QuorateError CONFIG_INVALID for a layer whose outputs no machine holds */
function refuseWide(name: string, { layers }: LayersModel): void {
  for (const { name: layer, outputShape } of layers) {
    const shapes = (Array.isArray(outputShape[0]) ? outputShape : [outputShape]) as (number | null)[][]
    for (const shape of shapes) {
      const values = shape.reduce<number>((product, size) => product * (size ?? 1), 1)
      if (values > MOST_VALUES)
        throw invalid(name, `layer ${layer} gives ${values} values for each sample; a task takes at most ${MOST_VALUES}`)
    }
  }
}

function shapesOf(name: string, { inputs, outputs }: LayersModel): [inputShape: number[], outputs: number] {
  if (inputs.length !== 1 || outputs.length !== 1)
    throw invalid(name, `it has ${inputs.length} inputs and ${outputs.length} outputs; a task takes one of each`)
  const [, ...input] = inputs[0]!.shape
  const [, ...output] = outputs[0]!.shape
  if (input.some((size) => size === null)) throw invalid(name, `the shape of its input is not fixed: ${input.join(' × ')}`)
  if (output.length !== 1 || output[0] === null)
    throw invalid(name, `its output is [batch, ${output.join(', ')}]; a task takes [batch, values]`)
  return [input as number[], output[0]!]
}

/** The variable behind a weight: the library keeps it to itself, and trains through it. */
function variableOf(weight: LayerVariable): Variable {
  const variable = (weight as unknown as { val: unknown }).val
  if (!(variable instanceof Variable)) throw new TypeError('this version of tfjs-layers keeps its variables elsewhere')
  return variable
}

function invalid(name: string, problem: string, cause?: unknown): QuorateError {
  return new QuorateError('CONFIG_INVALID', `the layers of model ${name} cannot be used: ${problem}`, {
    cause,
    details: { model: name },
  })
}
