import type { TensorPlace } from '../layout.ts'
import { FLOAT } from './match-tensors.ts'

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

/** A tensor of the task, and its first byte in a file or a stream. */
export interface PlacedTensor {
  place: TensorPlace
  from: number
}

/**
 * The values that lie in a window of a file or a stream.
 *
 * @param from byte of the file or stream where the window begins: the first byte of an element
 */
export function* slicesWithin(tensors: readonly PlacedTensor[], from: number, window: Uint8Array): Generator<TensorSlice> {
  const to = from + window.length
  for (const { place, from: begin } of tensors) {
    const [low, high] = [Math.max(begin, from), Math.min(begin + place.length * FLOAT, to)]
    if (low >= high) continue
    const values = new Float32Array(window.buffer, window.byteOffset + low - from, (high - low) / FLOAT)
    yield { place, at: place.offset + (low - begin) / FLOAT, values }
  }
}
