import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core'
import type { TensorShape } from '../layout.ts'

export interface ModelTensor extends TensorShape {
  /** Inputs that feed one output, for the scale of the genesis weights; 0 starts the tensor at zero. */
  fanIn: number
}

/** A model as a pure forward function over its tensors; gradients come from tfjs. */
export interface ModelDefinition {
  name: string
  /** Shape of one sample. */
  inputShape: readonly number[]
  classes: number
  tensors: readonly ModelTensor[]
  /** Logits [batch, classes] for samples [batch, values per sample]. Runs inside a tidy scope of the caller. */
  forward(weights: readonly Tensor[], samples: Tensor2D): Tensor
}
