/** Samples side by side: sample i is `images[i·width … (i+1)·width − 1]` with label `labels[i]`. Bytes are pixels, read as value / 255. */
export interface Samples {
  images: Uint8Array | Float32Array
  labels: Uint8Array
}

export interface Dataset {
  name: string
  classes: number
  /** Shape of one sample; its product is the width of a row of `images`. */
  inputShape: readonly number[]
  train: Samples
  test: Samples
}

/** Copies the chosen samples, so that the rest of the data set can be freed. */
export function takeSamples(samples: Samples, indices: Uint32Array): Samples {
  const width = samples.images.length / samples.labels.length
  const images =
    samples.images instanceof Uint8Array ? new Uint8Array(indices.length * width) : new Float32Array(indices.length * width)
  for (const [row, index] of indices.entries())
    images.set(samples.images.subarray(index * width, (index + 1) * width), row * width)
  return { images, labels: Uint8Array.from(indices, (index) => samples.labels[index]!) }
}
