import type { Scalar, Tensor2D } from '@tensorflow/tfjs-core'

/** What a training makes small. */
export interface Loss {
  name: string
  /** What the labels of its samples are: numbers of classes, below the outputs of the network; 0 and 1; or any numbers. */
  labels: 'class' | 'binary' | 'number'
  /**
   * Mean over the samples. Runs inside a tidy scope of the caller.
   *
   * @param outputs of the network, before any softmax or sigmoid, [batch, outputs]
   * @param targets one-hot for classes, else the labels themselves, [batch, outputs]
   */
  of(outputs: Tensor2D, targets: Tensor2D): Scalar
}
