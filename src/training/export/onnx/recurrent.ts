import type { ExportedTensor } from '../model-to-export.ts'
import { requirePlainRecurrence } from '../recurrent-layers.ts'
import { transpose } from '../tensor-values.ts'
import { recurrentActivation } from './activations.ts'
import type { LayerWriter } from './step-writer.ts'

/** Position of each gate of ONNX among those of tfjs: i, f, c, o → i, o, f, c; and z, r, h as they are. */
const GATES = { LSTM: [0, 3, 1, 2], GRU: [0, 1, 2] } as const
/** Constants of the hard sigmoid of tfjs. */
const HARD_SIGMOID = { alpha: 0.2, beta: 0.5 }

/** [in, gates · units] → [1, gates · units, in], the gates in the order of ONNX. */
function gated({ name, shape, values }: ExportedTensor, order: readonly number[]): ExportedTensor {
  const [inputs, all] = shape.length === 1 ? [1, shape[0]!] : (shape as [number, number])
  const units = all / order.length
  const split = transpose({ name, shape: [inputs, order.length, units], values }, [1, 2, 0])
  const moved = new Float32Array(values.length)
  const size = units * inputs
  for (const [to, from] of order.entries()) moved.set(split.values.subarray(from * size, (from + 1) * size), to * size)
  return { name, shape: shape.length === 1 ? [1, all] : [1, all, inputs], values: moved }
}

/** A recurrent layer over [batch, steps, values]. */
export const recurrent =
  (operator: 'LSTM' | 'GRU'): LayerWriter =>
  ({ graph, step, inputs, tensor }) => {
    const { layer, config } = step
    requirePlainRecurrence(step, 'onnx')
    const order = GATES[operator]
    const units = config['units'] as number
    const inner = recurrentActivation(layer, config['recurrentActivation'])
    const outer = recurrentActivation(layer, config['activation'])
    const activations = operator === 'LSTM' ? [inner, outer, outer] : [inner, outer]
    const bias = tensor('bias')
    const biases = bias && gated(bias, order)
    // ONNX has a second bias, for the product with the state.
    const both = biases && { ...biases, shape: [1, 2 * biases.values.length], values: new Float32Array(2 * biases.values.length) }
    if (both) both.values.set(biases.values)
    const operands = [
      graph.add(layer, 'Transpose', [inputs[0]!], { perm: [1, 0, 2] }),
      graph.tensor(gated(tensor('kernel')!, order)),
      graph.tensor(gated(tensor('recurrent_kernel')!, order)),
      ...(both ? [graph.tensor(both)] : []),
    ]
    const attributes = {
      hidden_size: units,
      activations,
      ...(inner === 'HardSigmoid' && {
        activation_alpha: { floats: [HARD_SIGMOID.alpha] },
        activation_beta: { floats: [HARD_SIGMOID.beta] },
      }),
    }
    if (config['returnSequences'] === true) {
      const all = graph.add(layer, operator, operands, attributes)
      return graph.add(layer, 'Transpose', [graph.add(layer, 'Squeeze', [all, graph.whole(layer, [1])])], { perm: [1, 0, 2] })
    }
    const last = graph.add(layer, operator, operands, attributes, 2, 1)
    return graph.add(layer, 'Squeeze', [last, graph.whole(layer, [0])])
  }
