import { unsupportedLayer } from './export-error.ts'
import type { GraphStep } from './layers-graph.ts'

/** tfjs writes hardSigmoid or hard_sigmoid, by version. */
export function activationName(activation: unknown): string {
  return String(activation ?? 'linear').replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

/** @throws QuorateError EXPORT_UNSUPPORTED for a recurrent layer that does more than to read its steps from the first to the last */
export function requirePlainRecurrence({ layer, config }: Pick<GraphStep, 'layer' | 'config'>, format: string): void {
  for (const flag of ['goBackwards', 'stateful', 'returnState'] as const)
    if (config[flag] === true) throw unsupportedLayer(format, layer, `its option ${flag} is not known`)
}

/**
 * A recurrent layer that `torch.nn` has, too. Its LSTM has the gates in the order of tfjs, and functions that are fixed. Its GRU resets what the state
 * contributes after the product with the recurrent kernel (resetAfter in Keras), and that of tfjs before it: no weights make one from the other.
 *
 * @throws QuorateError EXPORT_UNSUPPORTED saying what to do instead
 */
export function requireTorchRecurrence({ layer, kind, config }: GraphStep, format: string): void {
  requirePlainRecurrence({ layer, config }, format)
  if (kind === 'GRU') {
    const problem = 'tfjs resets the state of a GRU before its product, and PyTorch after it; export to onnx, or use an LSTM'
    throw unsupportedLayer(format, layer, problem)
  }
  for (const [option, wanted] of [
    ['activation', 'tanh'],
    ['recurrentActivation', 'sigmoid'],
  ] as const) {
    const found = activationName(config[option])
    if (found !== wanted)
      throw unsupportedLayer(
        format,
        layer,
        `its ${option} is ${found}, and that of PyTorch is ${wanted}; export to onnx, or train with ${option} ${wanted}`,
      )
  }
}
