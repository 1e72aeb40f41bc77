import type { Tensor, Tensor2D, Variable } from '@tensorflow/tfjs-core'
import type { TensorShape } from '../layout.ts'

/** A model that tfjs trains, whatever it was described by. */
export interface Network extends Disposable {
  name: string
  /** Shape of one sample. */
  inputShape: readonly number[]
  /** Values that the network gives for one sample: one for each class, or one number. */
  outputs: number
  /** In the order of the flat vector. */
  tensors: readonly TensorShape[]
  /**
   * Puts weights on the device. One run at a time.
   *
   * @param start one tensor per tensor of the network; disposed of here
   */
  open(start: readonly Tensor[]): NetworkRun
}

/** A network with weights. Ends with `[Symbol.dispose]`, which frees what it holds on the device. */
export interface NetworkRun extends Disposable {
  /** One per tensor of the network. Those that are not trainable change by what the network sees, such as the mean of a batch normalisation. */
  variables: readonly Variable[]
  /**
   * Outputs [batch, outputs] before any softmax or sigmoid: losses take logits. Runs inside a tidy scope of the caller.
   *
   * @param inputs [batch, values of a sample]
   * @param training whether dropout and batch normalisation work as in training
   */
  outputs(inputs: Tensor2D, training: boolean): Tensor2D
}
