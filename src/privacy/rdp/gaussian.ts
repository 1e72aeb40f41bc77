/**
 * Rényi divergence of the Gaussian mechanism at an order.
 *
 * Source: Mironov, "Rényi Differential Privacy" (2017), proposition 7.
 *
 * @param noiseMultiplier standard deviation in units of the sensitivity
 */
export function gaussianRdp(noiseMultiplier: number, order: number): number {
  return order / (2 * noiseMultiplier ** 2)
}
