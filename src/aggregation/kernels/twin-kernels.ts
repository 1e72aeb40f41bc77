import type { Kernels } from './kernels.ts'

const BPS = 10_000
const I32_MAX = 2n ** 31n - 1n
const I32_MIN = -(2n ** 31n)

function clamp(value: bigint, low: bigint, high: bigint): bigint {
  return value < low ? low : value > high ? high : value
}

/** floor((x + 2^(s-1)) / 2^s), and x for s = 0 (docs/protocol.md). */
export function floorHalfUp(x: bigint, shift: bigint): bigint {
  return shift === 0n ? x : (x + (1n << (shift - 1n))) >> shift
}

/** The slow, obvious kernels. Tests compare the SIMD kernels with them, and they run where WASM SIMD is missing. */
export const twinKernels: Kernels = {
  name: 'twin',

  gramSegment(rows, out) {
    let pair = 0
    for (let i = 0; i < rows.length; i++) {
      for (let j = 0; j <= i; j++) {
        let sum = 0
        for (let k = 0; k < rows[i]!.length; k++) sum += rows[i]![k]! * rows[j]![k]!
        out[pair++] = sum
      }
    }
  },

  weightedSum(rows, betas, out) {
    for (let k = 0; k < out.length; k++) {
      let sum = 0
      for (let i = 0; i < rows.length; i++) sum += betas[i]! * rows[i]![k]!
      out[k] = sum
    }
  },

  step(model, sums, eta, shift) {
    for (let k = 0; k < model.length; k++) {
      const moved = BigInt(model[k]!) + floorHalfUp(BigInt(sums[k]!) * BigInt(eta), BigInt(shift))
      model[k] = Number(clamp(moved, I32_MIN, I32_MAX))
    }
  },

  referenceStep(reference, sums, decay, gain) {
    const [keep, fresh] = [BigInt(decay), BigInt(256 - decay)]
    for (let k = 0; k < reference.length; k++) {
      const mixed = keep * BigInt(reference[k]!) * 65536n + fresh * BigInt(sums[k]!) * 2n ** BigInt(gain)
      reference[k] = Number(clamp(floorHalfUp(mixed, 24n), -127n, 127n))
    }
  },

  trimmedMean(rows, stakes, byzantineBps, out, kept) {
    trimmedMeanOf(rows, stakes, byzantineBps, out, kept, 65_536)
  },

  trimmedMixed(rows, stakes, byzantineBps, out, kept) {
    trimmedMeanOf(rows, stakes, byzantineBps, out, kept, 1)
  },

  median(rows, stakes, out, kept) {
    const total = stakes.reduce((a, b) => a + b, 0)
    const present = rows.map((_, i) => i).filter((i) => stakes[i]! > 0)
    for (let k = 0; k < out.length; k++) {
      const order = present.toSorted((a, b) => rows[a]![k]! - rows[b]![k]!)
      let below = 0
      const upTo = order.map((i) => (below += stakes[i]!))
      const low = rows[order[upTo.findIndex((stake) => 2 * stake >= total)]!]![k]!
      const high = rows[order[upTo.findIndex((stake) => 2 * stake > total)]!]![k]!
      for (const i of present) if (rows[i]![k] === low || rows[i]![k] === high) kept[i]! += stakes[i]!
      out[k] = (low + high) * 32_768
    }
  },

  normSquared: (row) => row.reduce((sum, value) => sum + value * value, 0),

  hasInvalidValue: (row) => row.includes(-128),
}

/** @param lift what makes a value one in 1/65536 */
function trimmedMeanOf(
  rows: readonly (Int8Array | Int32Array)[],
  stakes: readonly number[],
  byzantineBps: number,
  out: Int32Array,
  kept: Float64Array,
  lift: number,
): void {
  const total = stakes.reduce((a, b) => a + b, 0)
  const trim = total * byzantineBps
  const left = total * (BPS - 2 * byzantineBps)
  for (let k = 0; k < out.length; k++) {
    const order = rows.map((_, i) => i).sort((a, b) => rows[a]![k]! - rows[b]![k]! || a - b)
    let [below, sum] = [0, 0]
    for (const i of order) {
      const above = below + stakes[i]! * BPS
      // The part of this row that lies between the two cuts.
      const part = Math.max(0, Math.min(above, trim + left) - Math.max(below, trim))
      sum += part * rows[i]![k]!
      kept[i]! += part
      below = above
    }
    out[k] = Math.floor((sum * lift) / left)
  }
}
