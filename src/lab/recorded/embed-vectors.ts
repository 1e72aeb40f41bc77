import { MAX_ROWS } from '../../aggregation/index.ts'
import type { Kernels } from '../../aggregation/index.ts'
import { computeGram } from '../../aggregation/index.ts'

/**
 * Short vectors with the inner products of long ones: the rows of the Cholesky factor of their Gram matrix. Rules that see updates only through inner products judge either alike.
 *
 * @param rows int8[D] of one length
 * @param dimensions at least as many as rows; the rest is zero and has room for noise
 * @returns float32[dimensions] for each row, exact but for the rounding of floats
 * @example const [a, b] = embedVectors(kernels, [first, second], 16)
 */
export function embedVectors(
  kernels: Pick<Kernels, 'gramSegment'>,
  rows: readonly Int8Array[],
  dimensions: number,
): Float32Array[] {
  if (rows.length > dimensions) throw new RangeError(`${rows.length} vectors need as many dimensions, not ${dimensions}`)
  const gram = largeGram(kernels, rows)
  const factor = cholesky(gram, rows.length)
  return rows.map((_, i) => {
    const vector = new Float32Array(dimensions)
    vector.set(factor.subarray(i * rows.length, (i + 1) * rows.length))
    return vector
  })
}

/** The Gram matrix of more rows than the kernels take at once, by pairs of groups. */
function largeGram(kernels: Pick<Kernels, 'gramSegment'>, rows: readonly Int8Array[]): Float64Array {
  const size = rows.length
  const half = Math.floor(MAX_ROWS / 2)
  const groups = Array.from({ length: Math.ceil(size / half) }, (_, g) =>
    Array.from({ length: Math.min(half, size - g * half) }, (_, i) => g * half + i),
  )
  const gram = new Float64Array(size * size)
  groups.forEach((group, g) => {
    for (const other of g === 0 ? groups : groups.slice(g + 1)) {
      const places = other === group ? group : [...group, ...other]
      const { matrix } = computeGram(
        kernels,
        places.map((i) => rows[i]!),
      )
      places.forEach((i, a) => places.forEach((j, b) => (gram[i * size + j] = matrix[a * places.length + b]!)))
    }
  })
  return gram
}

/** L of G = L·Lᵀ, row-major, lower triangle. A direction that earlier rows span already gets length 0. */
function cholesky(gram: Float64Array, size: number): Float64Array {
  const factor = new Float64Array(size * size)
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = gram[i * size + j]!
      for (let k = 0; k < j; k++) rest -= factor[i * size + k]! * factor[j * size + k]!
      if (i === j) factor[i * size + i] = rest > 1e-9 * gram[i * size + i]! ? Math.sqrt(rest) : 0
      else factor[i * size + j] = factor[j * size + j]! > 0 ? rest / factor[j * size + j]! : 0
    }
  }
  return factor
}
