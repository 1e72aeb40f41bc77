import { dispose, variable } from '@tensorflow/tfjs-core'
import type { Tensor2D } from '@tensorflow/tfjs-core'
import type { ModelDefinition } from '../models/index.ts'
import type { Network } from './network.ts'

/** A model of `models/` as a network. */
export function builtinNetwork(model: ModelDefinition): Network {
  return {
    name: model.name,
    inputShape: model.inputShape,
    outputs: model.classes,
    tensors: model.tensors,
    open(start) {
      const variables = start.map((tensor) => variable(tensor))
      dispose([...start])
      return {
        variables,
        outputs: (inputs) => model.forward(variables, inputs) as Tensor2D,
        [Symbol.dispose]: () => dispose(variables),
      }
    },
    [Symbol.dispose]: () => {},
  }
}
