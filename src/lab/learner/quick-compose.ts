import { QuorateError } from '../../core/errors.ts'
import { composeUpdate } from '../../training/index.ts'
import type { ComposeInput, Layout, UpdateComposer, UpdateShape } from '../../training/index.ts'
import { powerOfTwo } from '../../training/power-of-two.ts'
import { labKernels, TILE } from './lab-kernels.ts'

/**
 * `composeUpdate` in kernels, bit by bit the same: for updates that carry a residual and keep to a length, which are all of a clipping member but its first. The others go to `composeUpdate` itself.
 *
 * @throws QuorateError TRAINING_DIVERGED as there
 * @example createTrainer({ ...trainerSettings(options), learner, compose: quickCompose })
 */
export const quickCompose: UpdateComposer = (shape, input) => {
  const { residual, maxNorm, segments } = input
  if (residual === undefined || maxNorm === undefined || segments || shape.memberMomentum > 0 || shape.noise)
    return composeUpdate(shape, input)
  const norm = normOf(shape, { ...input, residual })
  return rounded(shape, { ...input, residual }, norm > maxNorm ? maxNorm / norm : 1)
}

type Carrying = ComposeInput & { residual: Float32Array }

function normOf({ layout, tensors }: UpdateShape, { delta, residual }: Carrying): number {
  const kernels = labKernels()
  const { tile } = kernels
  let sum = 0
  for (const { from, to, tensor } of tiles(layout)) {
    tile.delta.set(delta.subarray(from, to))
    tile.residual.set(residual.subarray(from, to))
    sum = kernels.squares(to - from, powerOfTwo(tensors[tensor]!.updateExponent), sum)
  }
  return Math.sqrt(sum)
}

function rounded(
  { layout, tensors, most = 127 }: UpdateShape,
  { delta, residual, random }: Carrying,
  factor: number,
): ReturnType<UpdateComposer> {
  const kernels = labKernels()
  const { tile } = kernels
  const update = new Int8Array(layout.paddedLength)
  const rest = new Float32Array(layout.paddedLength)
  let clipped = 0
  for (const { from, to, tensor } of tiles(layout)) {
    const length = to - from
    tile.delta.set(delta.subarray(from, to))
    tile.residual.set(residual.subarray(from, to))
    random.uint32s(tile.words.subarray(0, length))
    const done = kernels.round(length, { factor, step: powerOfTwo(tensors[tensor]!.updateExponent), most })
    if (done.notFinite >= 0) {
      const { name, offset } = layout.tensors[tensor]!
      const index = from + done.notFinite - offset
      throw new QuorateError('TRAINING_DIVERGED', `the update of tensor ${name} is not finite at ${index}`, {
        details: { tensor: name, index },
      })
    }
    clipped += done.clipped
    update.set(tile.update.subarray(0, length), from)
    rest.set(tile.rest.subarray(0, length), from)
  }
  return { update, residual: rest, clipped }
}

/** The coordinates of a layout in ranges that fit a tile, each of one tensor; padding is left out. */
function tiles({ tensors }: Layout): { from: number; to: number; tensor: number }[] {
  return tensors.flatMap(({ offset, length }, tensor) =>
    Array.from({ length: Math.ceil(length / TILE) }, (_, i) => {
      const from = offset + i * TILE
      return { from, to: Math.min(offset + length, from + TILE), tensor }
    }),
  )
}
