import type { TensorPlace } from '../layout.ts'

/** Some values of one tensor. */
export interface TensorSlice {
  place: TensorPlace
  /** Coordinate of the first value in the flat vector. */
  at: number
  /** Valid until the next slice is asked for. */
  values: Float32Array
}

/** The tensors that a program sent, each value once. Dispose of it. */
export interface SentTensors extends AsyncDisposable {
  slices(): AsyncIterable<TensorSlice>
}
