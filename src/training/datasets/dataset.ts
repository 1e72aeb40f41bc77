/** Samples side by side: sample i is `inputs[i·width … (i+1)·width − 1]` with label `labels[i]`. */
export interface Samples<L extends Labels = Labels> {
  /** Bytes are pixels, read as value / 255; numbers of tokens are floats. */
  inputs: Uint8Array | Float32Array
  /** Numbers of classes, or the numbers that a regression is to give. */
  labels: L
}

export type Labels = Uint8Array | Int32Array | Float32Array

/** Samples of at most 256 classes. */
export type ClassSamples = Samples<Uint8Array>

export interface Dataset {
  name: string
  classes: number
  /** Shape of one sample; its product is the width of a row of `inputs`. */
  inputShape: readonly number[]
  train: ClassSamples
  test: ClassSamples
}

/** Copies the chosen samples, so that the rest of the data set can be freed. */
export function takeSamples<L extends Labels>({ inputs, labels }: Samples<L>, indices: Uint32Array): Samples<L> {
  return { inputs: takeRows(inputs, inputs.length / labels.length, indices), labels: takeRows(labels, 1, indices) }
}

function takeRows<T extends Labels>(from: T, width: number, indices: Uint32Array): T {
  const rows = new (from.constructor as new (length: number) => T)(indices.length * width)
  for (const [row, index] of indices.entries()) rows.set(from.subarray(index * width, (index + 1) * width), row * width)
  return rows
}
