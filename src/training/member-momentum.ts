/**
 * A member's momentum over steps: m' = μ·m + (1 − μ)·delta, from m = 0. Honest updates then differ less from one another than single mini-batches do,
 * which leaves an attacker less room (Karimireddy, He, Jaggi 2021, "Learning from History for Byzantine Robust Optimization").
 *
 * @param momentum m, float32[D]; undefined stands for 0
 * @param delta float32[D] of this step
 * @param factor μ, 0…1
 * @returns m', float32[D], a new array
 * @example memberMomentum(Float32Array.of(1), Float32Array.of(0), 0.5) // [0.5]
 */
export function memberMomentum(momentum: Float32Array | undefined, delta: Float32Array, factor: number): Float32Array {
  const next = new Float32Array(delta.length)
  const rest = 1 - factor
  if (momentum) for (let k = 0; k < next.length; k++) next[k] = factor * momentum[k]! + rest * delta[k]!
  else for (let k = 0; k < next.length; k++) next[k] = rest * delta[k]!
  return next
}
