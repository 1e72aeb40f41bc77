// The same numbers as composeUpdate of src/training, operation by operation, in one pass without memory in between.

/** Numbers of a random stream below one: words of 32 bits. */
const UNIT: f64 = 1.0 / 4294967296.0

/** The values of delta + residual that met the bound of an update in the last call of `round`. */
let met: i32 = 0

/**
 * Adds up squares of (delta + residual) / step, in order.
 *
 * @param sum of what came before
 */
export function squares(delta: usize, residual: usize, length: usize, perStep: f64, sum: f64): f64 {
  for (let at: usize = 0; at < length << 2; at += 4) {
    const steps = <f64>(load<f32>(delta + at) + load<f32>(residual + at)) * perStep
    sum += steps * steps
  }
  return sum
}

/**
 * Shortens delta + residual by a factor and rounds it to int8, up with the chance of the fraction; what int8 cannot carry goes to `rest`.
 *
 * @param factor below 1, or 1 for as it is
 * @param words u32, the chance of each value
 * @returns the place of the first value that is not finite, or -1
 */
export function round(
  delta: usize,
  residual: usize,
  length: usize,
  factor: f64,
  step: f64,
  perStep: f64,
  most: f64,
  words: usize,
  update: usize,
  rest: usize,
): i32 {
  met = 0
  for (let k: usize = 0; k < length; k++) {
    const at = k << 2
    const wanted = <f64>(<f32>(factor * <f64>(load<f32>(delta + at) + load<f32>(residual + at))))
    let scaled = wanted * perStep
    if (!(scaled <= most && scaled >= -most)) {
      if (!isFinite<f64>(wanted)) return <i32>k
      met++
      scaled = scaled > 0 ? most : -most
    }
    const unit = <f64>load<u32>(words + at) * UNIT
    const rounded = Math.ceil(scaled - unit)
    store<i8>(update + k, <i8>(<i32>rounded))
    store<f32>(rest + at, <f32>(wanted - rounded * step))
  }
  return -1
}

/** How many values met the bound in the last call of `round`. */
export function clipped(): i32 {
  return met
}
