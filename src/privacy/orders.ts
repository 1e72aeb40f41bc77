/**
 * The pinned grid of Rényi orders: 1.1 … 10.9 in tenths, 11 … 63, then 128, 256, 512, 1024.
 *
 * The grid is part of the definition of the ε that nodes agree on: another grid changes ε in its fourth or fifth digit. This is the default
 * grid of dp-accounting 0.6, so that anybody can check an ε with one call of that library (docs/privacy.md).
 */
export const ORDERS: readonly number[] = [
  ...Array.from({ length: 99 }, (_, index) => 1 + (index + 1) / 10),
  ...Array.from({ length: 53 }, (_, index) => 11 + index),
  128,
  256,
  512,
  1024,
]

/** The default grid of Opacus, for comparison: 1.1 … 10.9 in tenths, 12 … 63. */
export const OPACUS_ORDERS: readonly number[] = [
  ...Array.from({ length: 99 }, (_, index) => 1 + (index + 1) / 10),
  ...Array.from({ length: 52 }, (_, index) => 12 + index),
]
