import { Variable, reshape } from '@tensorflow/tfjs-core'
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core'
import { models } from '@tensorflow/tfjs-layers'
import type { LayersModel, LayerVariable } from '@tensorflow/tfjs-layers'
import { QuorateError } from '../../core/errors.ts'
import { logitsTopology } from './logits-topology.ts'
import type { LayersTopology } from './logits-topology.ts'
import type { Network } from './network.ts'

/**
 * A tfjs layers model as a network: one input, one output [batch, outputs]. Its weights are whatever its initialisers draw until a run opens.
 *
 * @param topology as `model.toJSON(null, false)` gives it, without weights
 * @throws QuorateError CONFIG_INVALID for JSON that is no such model
 * @example
 * const model = tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [8], activation: 'softmax' })] })
 * using network = await layersNetwork('iris', JSON.parse(model.toJSON(null, false)))
 */
export async function layersNetwork(name: string, topology: LayersTopology): Promise<Network & { initial(): Float32Array[] }> {
  const model = await loadTopology(name, topology)
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

async function loadTopology(name: string, topology: LayersTopology): Promise<LayersModel> {
  try {
    return await models.modelFromJSON({ modelTopology: logitsTopology(topology) } as never)
  } catch (cause) {
    throw invalid(name, cause instanceof Error ? cause.message : String(cause), cause)
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
