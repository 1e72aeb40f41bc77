import { unsupportedLayer } from '../export-error.ts'
import { activationName } from '../recurrent-layers.ts'
import type { GraphWriter } from './graph-writer.ts'

type Activation = (graph: GraphWriter, at: string, x: string) => string

const plain =
  (operator: string, attributes = {}): Activation =>
  (graph, at, x) =>
    graph.add(at, operator, [x], attributes)

/** Activations by the names that tfjs gives them. */
const ACTIVATIONS: Record<string, Activation> = {
  linear: (_, __, x) => x,
  relu: plain('Relu'),
  relu6: (graph, at, x) => graph.add(at, 'Clip', [x, graph.number(at, 0), graph.number(at, 6)]),
  sigmoid: plain('Sigmoid'),
  tanh: plain('Tanh'),
  softmax: plain('Softmax', { axis: -1 }),
  log_softmax: plain('LogSoftmax', { axis: -1 }),
  elu: plain('Elu'),
  selu: plain('Selu'),
  softplus: plain('Softplus'),
  softsign: plain('Softsign'),
  hard_sigmoid: plain('HardSigmoid'),
  swish: (graph, at, x) => graph.add(at, 'Mul', [x, graph.add(at, 'Sigmoid', [x])]),
  mish: (graph, at, x) => graph.add(at, 'Mul', [x, graph.add(at, 'Tanh', [graph.add(at, 'Softplus', [x])])]),
  gelu(graph, at, x) {
    const erf = graph.add(at, 'Erf', [graph.add(at, 'Div', [x, graph.number(at, Math.SQRT2)])])
    const share = graph.add(at, 'Mul', [graph.add(at, 'Add', [erf, graph.number(at, 1)]), graph.number(at, 0.5)])
    return graph.add(at, 'Mul', [x, share])
  },
}

/** @throws QuorateError EXPORT_UNSUPPORTED for an activation that is not known */
export function activate(graph: GraphWriter, at: string, activation: unknown, x: string): string {
  const name = activationName(activation)
  if (!Object.hasOwn(ACTIVATIONS, name)) throw unsupportedLayer('onnx', at, `its activation ${name} is not known`)
  return ACTIVATIONS[name]!(graph, at, x)
}

/** An activation inside a recurrent operator. */
export function recurrentActivation(at: string, activation: unknown): string {
  const known: Record<string, string> = { tanh: 'Tanh', sigmoid: 'Sigmoid', hard_sigmoid: 'HardSigmoid', relu: 'Relu' }
  const name = activationName(activation)
  if (!Object.hasOwn(known, name)) throw unsupportedLayer('onnx', at, `its activation ${name} is not known`)
  return known[name]!
}
