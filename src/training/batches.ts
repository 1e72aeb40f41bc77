import type { Samples } from './datasets/dataset.ts'

/** Copies samples into the rows of a tfjs batch: pixels as value / 255, labels one-hot. */
export function fillBatch(
  samples: Samples,
  classes: number,
  indices: Uint32Array,
): { images: Float32Array; labels: Float32Array } {
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
  return { images, labels }
}
