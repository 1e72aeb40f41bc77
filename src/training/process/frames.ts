import type { Layout, TensorPlace } from '../layout.ts'
import { FLOAT, matchTensors, tensorError } from './match-tensors.ts'
import type { NamedTensor } from './match-tensors.ts'
import type { SentTensors } from './sent-tensors.ts'

/** Bytes of a frame at most: small beside a model, large beside the cost of a message. */
export const FRAME_BYTES = 1024 * 1024

/** Values of a slice: some milliseconds of work. */
const SLICE = 1 << 20

/** Part of a tensor, as `Frame` of trainer.proto has it. */
export interface TensorFrame {
  /** Position in the list of tensors. */
  tensor: number
  /** First byte within the tensor. */
  offset: bigint
  data: Uint8Array
}

/** The bytes of one tensor in a flat vector. Numbers lie in the machine's order, which is little-endian wherever Node runs. */
export function bytesOf(flat: Float32Array, { offset, length }: Pick<TensorPlace, 'offset' | 'length'>): Uint8Array {
  return new Uint8Array(flat.buffer, flat.byteOffset + offset * FLOAT, length * FLOAT)
}

/** A vector as frames, in the order of the layout; the frames are views. */
export function* framesOf(layout: Layout, flat: Float32Array): Generator<TensorFrame> {
  for (const [tensor, place] of layout.tensors.entries()) {
    const bytes = bytesOf(flat, place)
    for (let from = 0; from < bytes.length; from += FRAME_BYTES)
      yield { tensor, offset: BigInt(from), data: bytes.subarray(from, from + FRAME_BYTES) }
  }
}

/** Puts the frames of a result together to a vector float32[D]. */
export class FrameReader {
  readonly #places: TensorPlace[]
  /** Bytes of each tensor that came. */
  readonly #came: number[]
  readonly #flat: Float32Array

  /** @throws QuorateError TRAINER_TENSOR, as `matchTensors` */
  constructor(layout: Layout, tensors: readonly NamedTensor[]) {
    this.#places = matchTensors(layout, tensors)
    this.#came = this.#places.map(() => 0)
    this.#flat = new Float32Array(layout.paddedLength)
  }

  /** @throws QuorateError TRAINER_TENSOR for a frame that leaves a gap, repeats bytes or is too long */
  take({ tensor, offset, data }: TensorFrame): void {
    const place = this.#places[tensor]
    if (!place) throw tensorError(String(tensor), `a frame names tensor ${tensor}, and there are ${this.#places.length}`)
    const { name, length } = place
    const came = this.#came[tensor]!
    if (offset !== BigInt(came))
      throw tensorError(name, `a frame of the tensor "${name}" begins at byte ${offset}, and ${came} bytes have come`)
    if (came + data.length > length * FLOAT)
      throw tensorError(name, `the trainer sent more than ${length * FLOAT} bytes of the tensor "${name}"`)
    bytesOf(this.#flat, place).set(data, came)
    this.#came[tensor] = came + data.length
  }

  /** What came, tensor by tensor. @throws QuorateError TRAINER_TENSOR as `finish` */
  sent(): SentTensors {
    const flat = this.finish()
    const places = this.#places
    return {
      async *slices() {
        for (const place of places)
          for (let at = place.offset; at < place.offset + place.length; at += SLICE)
            yield { place, at, values: flat.subarray(at, Math.min(at + SLICE, place.offset + place.length)) }
      },
      async [Symbol.asyncDispose]() {},
    }
  }

  /** @throws QuorateError TRAINER_TENSOR when bytes of a tensor did not come */
  finish(): Float32Array {
    for (const [index, { name, length }] of this.#places.entries()) {
      const came = this.#came[index]!
      if (came !== length * FLOAT)
        throw tensorError(name, `the trainer sent ${came} of ${length * FLOAT} bytes of the tensor "${name}"`)
    }
    return this.#flat
  }
}
