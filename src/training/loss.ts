import * as tf from '@tensorflow/tfjs-core'
import type { Scalar, Tensor, Tensor2D } from '@tensorflow/tfjs-core'

/**
 * Mean cross-entropy of logits [batch, classes] against one-hot labels of the same shape, with the gradient (softmax − labels) / batch
 * given directly: half the kernels of tfjs's own loss.
 */
export function crossEntropy(logits: Tensor2D, labels: Tensor2D): Scalar {
  return crossEntropyOp(logits, labels) as Scalar
}

const crossEntropyOp = tf.customGrad((...inputs) => {
  const [logits, labels, save] = inputs as unknown as [Tensor2D, Tensor2D, (tensors: Tensor[]) => void]
  const shifted = tf.sub(logits, tf.max(logits, 1, true))
  const exponentials = tf.exp(shifted)
  const sums = tf.sum(exponentials, 1, true)
  save([tf.div(exponentials, sums), labels])
  const perSample = tf.sub(tf.log(sums), tf.sum(tf.mul(shifted, labels), 1, true))
  const gradFunc = (upstream: Tensor, saved: Tensor[]): Tensor[] => {
    const [softmax, labels] = saved as [Tensor, Tensor]
    return [tf.mul(tf.sub(softmax, labels), tf.div(upstream, labels.shape[0]!)), tf.zerosLike(labels)]
  }
  return { value: tf.mean(perSample), gradFunc }
})
