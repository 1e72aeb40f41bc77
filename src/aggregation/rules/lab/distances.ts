/** Squared distances D_ij = G_ii + G_jj − 2 G_ij, exact, below 2^46. They do not change when every row moves by one vector. */
export function squaredDistances(gram: readonly (readonly bigint[])[]): bigint[][] {
  return gram.map((row, i) => row.map((product, j) => gram[i]![i]! + gram[j]![j]! - 2n * product))
}

/**
 * The kernel −D_ij / 2 with 16 fractional bits. For weights that sum to one it serves as a Gram matrix (Schoenberg 1938: the distance between two
 * affine combinations is the same), and unlike G it does not change when every row moves by one vector. |value| < 2^61.
 */
export function distanceKernel(gram: readonly (readonly bigint[])[]): bigint[][] {
  return squaredDistances(gram).map((row) => row.map((squared) => -(squared << 15n)))
}
