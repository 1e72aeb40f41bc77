import type { TensorShape } from '../../protocol/task-document.ts'
import { packInto, tensorLayout, unpack } from '../layout.ts'
import { powerOfTwo } from '../power-of-two.ts'
import { valuesText } from './personal-tensors.ts'
import type { PersonalTensor } from './personal-tensors.ts'

export interface CutModel {
  /** Shared by all members. */
  tensors: { name: string; shape: number[] }[]
  /** First values of the shared tensors: int32[D] in their layout. */
  genesis: Int32Array
  /** Left out where nothing is personal. */
  personal?: PersonalTensor[]
}

/**
 * Cuts the first model of a task into what goes on chain and what stays with members.
 *
 * @param tensors all tensors
 * @param whole int32 in the layout of all tensors
 * @param modelExponent of all tensors: a value is an integer times 2 to this power
 * @param places of the personal tensors, ascending
 * @example const { tensors, genesis, personal } = cutModel(all, whole, -20, choosePersonal(all, ['output']).places)
 */
export function cutModel(
  tensors: readonly TensorShape[],
  whole: Int32Array,
  modelExponent: number,
  places: readonly number[],
): CutModel {
  const parts = unpack(tensorLayout(tensors), whole)
  const copies = tensors.map(({ name, shape }, place) => ({ name, shape: [...shape], place }))
  const shared = copies.filter(({ place }) => !places.includes(place))
  const layout = tensorLayout(shared)
  const step = powerOfTwo(modelExponent)
  return {
    tensors: shared.map(({ name, shape }) => ({ name, shape })),
    genesis: packInto(
      layout,
      shared.map(({ place }) => parts[place]!),
      new Int32Array(layout.paddedLength),
    ),
    ...(places.length > 0 && {
      personal: places.map((place) => ({
        ...copies[place]!,
        values: valuesText(Float32Array.from(parts[place]!, (value) => value * step)),
      })),
    }),
  }
}
