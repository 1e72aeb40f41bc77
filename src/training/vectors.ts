/** factor · a. Plain loops: `map` of a typed array boxes every number, which costs ten times as much. */
export function scaled(a: Float32Array, factor: number): Float32Array {
  const result = new Float32Array(a.length)
  for (let k = 0; k < result.length; k++) result[k] = factor * a[k]!
  return result
}

/** a + factor · b. */
export function plus(a: Float32Array, b: Float32Array, factor = 1): Float32Array {
  const result = new Float32Array(a.length)
  for (let k = 0; k < result.length; k++) result[k] = a[k]! + factor * b[k]!
  return result
}
