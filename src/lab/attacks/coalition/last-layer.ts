import type { Layout, TensorPlace } from '../../../training/layout.ts'

/** The dense layer that ends a classifier. */
export interface LastLayer {
  /** [inputs, classes], row by row. */
  kernel: TensorPlace
  /** [classes]. */
  bias: TensorPlace
  classes: number
}

/**
 * The last two tensors of a model: a kernel [inputs, classes] and a bias [classes].
 *
 * @throws Error where the model ends otherwise
 */
export function lastLayer({ tensors }: Pick<Layout, 'tensors'>): LastLayer {
  const [kernel, bias] = tensors.slice(-2)
  const classes = bias?.shape.length === 1 ? bias.shape[0]! : 0
  if (!kernel || !bias || kernel.shape.length !== 2 || kernel.shape[1] !== classes) {
    throw new Error('the model does not end with a dense layer and its bias')
  }
  return { kernel, bias, classes }
}
