import { models } from '@tensorflow/tfjs-layers'
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers'
import { QuorateError } from '../../core/errors.ts'
import { layersNetwork } from '../networks/index.ts'
import type { LayersTopology } from '../networks/index.ts'
import type { TaskDocument } from '../tasks/task-document.ts'
import { builtinTopology } from './builtin-topology.ts'
import { noNetwork, unsupportedLayer } from './export-error.ts'

/** A value between two layers: its name, and its shape without the batch. */
export interface GraphValue {
  name: string
  shape: readonly number[]
}

/** One layer of a network, with what goes in and comes out. */
export interface GraphStep {
  /** Name of the layer. */
  layer: string
  /** Its class: Dense, Conv2D, … */
  kind: string
  /** As tfjs writes it, with the defaults filled in: `kernelSize`, `useBias`, … */
  config: Readonly<Record<string, unknown>>
  inputs: readonly GraphValue[]
  output: GraphValue
  /** Its tensors in the document, by the last part of their names: kernel, bias, gamma, … */
  tensors: ReadonlyMap<string, { name: string; shape: readonly number[] }>
}

/** A network as a list of layers in the order in which they run. */
export interface LayersGraph {
  input: GraphValue
  output: GraphValue
  steps: readonly GraphStep[]
}

type Layer = LayersModel['layers'][number]

/** The layers of a task's network. @throws QuorateError EXPORT_UNSUPPORTED for a task that lists tensors only */
export function topologyOf({ name, model }: Pick<TaskDocument, 'name' | 'model'>, format: string): LayersTopology {
  const topology = typeof model === 'string' ? builtinTopology(model) : model.kind === 'layers' ? model.topology : undefined
  if (!topology) throw noNetwork(format, name)
  return topology
}

/**
 * Reads a tfjs layers model as a graph. A tfjs back end must be chosen, because the library makes the weights, too.
 *
 * @param most parameters that the model may have: the topology is anybody's JSON
 * @param format for messages
 * @throws QuorateError CONFIG_INVALID, MODEL_MISMATCH for JSON that is no such model; EXPORT_UNSUPPORTED naming a layer that holds a model, is used twice or has several outputs
 */
export async function layersGraph(topology: LayersTopology, most: number, format: string): Promise<LayersGraph> {
  const checked = await layersNetwork('of the task', topology, { most })
  checked[Symbol.dispose]()
  const model = await models.modelFromJSON({ modelTopology: structuredClone(topology) } as never)
  try {
    return readGraph(model, format)
  } finally {
    model.dispose()
  }
}

function readGraph(model: LayersModel, format: string): LayersGraph {
  const [input, output] = [model.inputs[0]!, model.outputs[0]!]
  const values = new Map<number, GraphValue>([[input.id, { name: 'input', shape: shapeOf(input, 'input', format) }]])
  const steps: GraphStep[] = []
  let waiting = model.layers.filter((layer) => layer.getClassName() !== 'InputLayer')
  while (waiting.length > 0) {
    const ready = waiting.filter((layer) => inputsOf(layer, format).every(({ id }) => values.has(id)))
    if (ready.length === 0)
      throw new QuorateError('EXPORT_UNSUPPORTED', `the layers of the model form no chain from its input`, {
        details: { format },
      })
    for (const layer of ready) {
      const made = layer.inboundNodes[0]!.outputTensors[0]!
      const value = { name: made.id === output.id ? 'output' : layer.name, shape: shapeOf(made, layer.name, format) }
      const inputs = inputsOf(layer, format).map(({ id }) => values.get(id)!)
      values.set(made.id, value)
      steps.push({
        layer: layer.name,
        kind: layer.getClassName(),
        config: layer.getConfig(),
        inputs,
        output: value,
        tensors: new Map(
          layer.weights.map(({ originalName, shape }) => [
            originalName.slice(originalName.lastIndexOf('/') + 1),
            { name: originalName, shape: shape as number[] },
          ]),
        ),
      })
    }
    waiting = waiting.filter((layer) => !ready.includes(layer))
  }
  return { input: values.get(input.id)!, output: values.get(output.id)!, steps }
}

function inputsOf(layer: Layer, format: string): readonly SymbolicTensor[] {
  const { inboundNodes } = layer
  if ('layers' in layer) throw unsupportedLayer(format, layer.name, 'it is a model of its own; put its layers into the model')
  if (inboundNodes.length !== 1 || inboundNodes[0]!.outputTensors.length !== 1)
    throw unsupportedLayer(format, layer.name, 'it is used more than once, or has several outputs')
  return inboundNodes[0]!.inputTensors
}

function shapeOf({ shape }: SymbolicTensor, layer: string, format: string): number[] {
  const [, ...sizes] = shape
  if (sizes.some((size) => size === null)) throw unsupportedLayer(format, layer, `its shape is not fixed: ${sizes.join(' × ')}`)
  return sizes as number[]
}
