import { QuorateError } from '../../core/errors.ts'
import { unpack } from '../layout.ts'
import type { ExportedTensor, ModelToExport } from './model-to-export.ts'

/** The tensors of a model by name; the values are views. */
export function tensorsOf({ layout, weights }: Pick<ModelToExport, 'layout' | 'weights'>): ReadonlyMap<string, ExportedTensor> {
  const values = unpack(layout, weights)
  return new Map(layout.tensors.map(({ name, shape }, index) => [name, { name, shape, values: values[index]! }]))
}

/** @throws QuorateError MODEL_MISMATCH for a tensor that the document does not list in that shape */
export function tensorOf(
  tensors: ReadonlyMap<string, ExportedTensor>,
  { name, shape }: { name: string; shape: readonly number[] },
): ExportedTensor {
  const found = tensors.get(name)
  if (found && found.shape.join() === shape.join()) return found
  throw new QuorateError('MODEL_MISMATCH', `the document lists no tensor ${name}[${shape.join()}], which its network has`)
}

/**
 * The same values with other axes.
 *
 * @param order axis of the given tensor for each axis of the result
 * @example transpose({ name: 'kernel', shape: [5, 5, 1, 8], values }, [3, 2, 0, 1]).shape // [8, 1, 5, 5]
 */
export function transpose({ name, shape, values }: ExportedTensor, order: readonly number[]): ExportedTensor {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1))
  const sizes = order.map((axis) => shape[axis]!)
  const steps = order.map((axis) => strides[axis]!)
  const moved = new Float32Array(values.length)
  const at = sizes.map(() => 0)
  let from = 0
  for (let to = 0; to < moved.length; to++) {
    moved[to] = values[from]!
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      from += steps[axis]!
      if (++at[axis]! < sizes[axis]!) break
      from -= sizes[axis]! * steps[axis]!
      at[axis] = 0
    }
  }
  return { name, shape: sizes, values: moved }
}
