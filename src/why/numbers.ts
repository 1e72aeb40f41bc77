import { WEIGHT_ONE } from '../protocol/types.ts'

/** A fixed-point number for people, rounded to so many decimals. */
export function fixed(value: bigint | number, one: number, decimals = 3): string {
  return (Number(value) / one).toFixed(decimals).replace('-', '−')
}

/** A number in 1/65536, such as a cosine or an oddness. */
export function sixteenBits(value: bigint | number): string {
  return fixed(value, WEIGHT_ONE)
}

/** `a` as a share of `b`. Exact to a tenth of a per cent; 0 % of nothing. */
export function share(a: bigint, b: bigint): string {
  return b === 0n ? '0 %' : `${(Number((a * 1_000_000n) / b) / 10_000).toFixed(1)} %`
}

/** Basis points: `21.5 %`. */
export function percent(basisPoints: number): string {
  return `${basisPoints / 100} %`
}
