import { tensor2d } from '@tensorflow/tfjs-core'
import type { Tensor2D } from '@tensorflow/tfjs-core'
import type { Samples } from './datasets/dataset.ts'

/** Copies samples to the device: images [batch, width] with pixels as value / 255, labels one-hot [batch, classes]. */
export function uploadBatch(samples: Samples, classes: number, indices: Uint32Array): { images: Tensor2D; labels: Tensor2D } {
  const width = samples.images.length / samples.labels.length
  const images = new Float32Array(indices.length * width)
  const labels = new Float32Array(indices.length * classes)
  const scale = samples.images instanceof Uint8Array ? 1 / 255 : 1
  for (let row = 0; row < indices.length; row++) {
    const from = indices[row]! * width
    const to = row * width
    for (let k = 0; k < width; k++) images[to + k] = samples.images[from + k]! * scale
    labels[row * classes + samples.labels[indices[row]!]!] = 1
  }
  return { images: tensor2d(images, [indices.length, width]), labels: tensor2d(labels, [indices.length, classes]) }
}

/** The indices from…to − 1. */
export function sampleRange(from: number, to: number): Uint32Array {
  return Uint32Array.from({ length: to - from }, (_, index) => from + index)
}
