/** Plain float64 arithmetic for the attack tests. */
export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Array.from(a).reduce((sum, value, k) => sum + value * b[k]!, 0)
}

export const norm = (a: ArrayLike<number>): number => Math.sqrt(dot(a, a))

export const cosine = (a: ArrayLike<number>, b: ArrayLike<number>): number => dot(a, b) / (norm(a) * norm(b))

export function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return norm(Array.from(a).map((value, k) => value - b[k]!))
}

export function meanOf(rows: readonly Float32Array[]): number[] {
  return Array.from(rows[0]!, (_, k) => rows.reduce((sum, row) => sum + row[k]!, 0) / rows.length)
}
