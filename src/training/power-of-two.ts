/** 2^exponent, exact for −1022…1023: built by doubling, since `**` is only approximate by the language's own standard. */
export function powerOfTwo(exponent: number): number {
  const factor = exponent < 0 ? 0.5 : 2
  let power = 1
  for (let step = Math.abs(exponent); step > 0; step--) power *= factor
  return power
}
