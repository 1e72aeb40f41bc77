import FFT from 'fft.js'

/** A complex spectrum as polar parts, so that a power of it is a product and not a chain of multiplications. */
export interface Spectrum {
  /** ln |value| of each frequency. */
  logSizes: Float64Array
  /** The angle of each frequency, in radians. */
  angles: Float64Array
}

/** The spectrum of real values on a circle. @param values as many as a power of two, at least 2 */
export function spectrumOf(values: Float64Array): Spectrum {
  const size = values.length
  const input = new Float64Array(2 * size)
  for (let index = 0; index < size; index++) input[2 * index] = values[index]!
  const output = new Float64Array(2 * size)
  new FFT(size).transform(output, input)
  const logSizes = new Float64Array(size)
  const angles = new Float64Array(size)
  for (let index = 0; index < size; index++) {
    logSizes[index] = Math.log(Math.hypot(output[2 * index]!, output[2 * index + 1]!))
    angles[index] = Math.atan2(output[2 * index + 1]!, output[2 * index]!)
  }
  return { logSizes, angles }
}

/** The real values that have a spectrum. */
export function valuesOf({ logSizes, angles }: Spectrum): Float64Array {
  const size = logSizes.length
  const input = new Float64Array(2 * size)
  for (let index = 0; index < size; index++) {
    const length = Math.exp(logSizes[index]!)
    input[2 * index] = length * Math.cos(angles[index]!)
    input[2 * index + 1] = length * Math.sin(angles[index]!)
  }
  const output = new Float64Array(2 * size)
  new FFT(size).inverseTransform(output, input)
  return Float64Array.from({ length: size }, (_, index) => output[2 * index]!)
}
