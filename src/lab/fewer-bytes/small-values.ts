import type { TensorSpec } from '../../protocol/index.ts'

/** The largest value of an update of so many bits. */
export const mostOf = (bits: number): number => 2 ** (bits - 1) - 1

/**
 * Bits by which steps are coarser. Steps as coarse as the lost bits would keep the range, but round most values to 0; with a quarter of that range the largest values
 * are cut, and what is cut waits in the residual.
 */
const coarserBy = (bits: number): number => Math.max(0, 8 - bits - 2)

/** The tensors of a task whose updates have so many bits. */
export function coarserTensors<T extends Pick<TensorSpec, 'updateExponent'>>(tensors: readonly T[], bits = 8): T[] {
  return tensors.map((tensor) => ({ ...tensor, updateExponent: tensor.updateExponent + coarserBy(bits) }))
}

/** The least squared norm of a row, of which a round carries a part and whose steps are coarser. */
export function leastNormSq(all: bigint, { oneSegmentOf = 1, bits = 8 }: { oneSegmentOf?: number; bits?: number }): bigint {
  const least = all / (4n ** BigInt(coarserBy(bits)) * BigInt(oneSegmentOf))
  return least > 0n ? least : 1n
}
