import type { TensorSpec } from '../../protocol/index.ts'

/** The largest value of an update of so many bits. */
export const mostOf = (bits: number): number => 2 ** (bits - 1) - 1

/** The tensors of a task whose updates have so many bits: its steps are coarser, its range is the same. */
export function coarserTensors<T extends Pick<TensorSpec, 'updateExponent'>>(tensors: readonly T[], bits = 8): T[] {
  return tensors.map((tensor) => ({ ...tensor, updateExponent: tensor.updateExponent + 8 - bits }))
}
