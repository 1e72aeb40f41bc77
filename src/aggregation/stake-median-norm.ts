import { TraceKind } from './rules/index.ts'
import type { TraceLeaf } from './trace.ts'

/**
 * The stake-median norm of the admitted updates of a round, in units of the int8 update: what members keep the length of their next update near.
 *
 * @returns undefined for a rule without it (the mean) and a round without admitted updates
 */
export function stakeMedianNorm(trace: readonly TraceLeaf[]): number | undefined {
  const scales = trace.find(({ kind }) => kind === TraceKind.scales)
  return scales && Number(scales.words[0])
}
