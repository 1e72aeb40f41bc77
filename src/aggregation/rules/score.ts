import { Verdict, WEIGHT_ONE } from '../../protocol/types.ts'
import type { TraceLeaf } from '../trace.ts'
import { dot, floorDiv, isqrt, sum, weightedLowerMedian } from './integer-math.ts'
import { companyOf, payOf } from './company.ts'
import type { Novelty } from './company.ts'
import { TraceKind } from './trace-kinds.ts'

/** Width of the corner of the smoothed max(0, cos), in 1/65536: 1/8. */
const CORNER = 8192n

/** Inner products of every row with Σ w_i u_i, the square of that sum, and the cosines (1/65536) between them. */
export interface Alignment {
  /** v_i = Σ_j G_ij w_j; |v| < 2^44 · 2^16. */
  products: bigint[]
  /** Σ w_i v_i = ‖Σ w_i u_i‖², below 2^76. */
  square: bigint
  cosines: bigint[]
}

/**
 * How each row of the n x n Gram lies to the sum with integer weights (together 65536).
 *
 * @param residual of `residualGram`: products and square then count only the part beside the public row, against the
 *   full norm of each row. A row that is almost parallel to the public row therefore has a small cosine
 */
export function alignment(
  gram: readonly (readonly bigint[])[],
  weights: readonly number[],
  residual: readonly (readonly bigint[])[] = gram,
): Alignment {
  const big = weights.map(BigInt)
  const products = residual.map((row) => dot(row, big))
  const square = dot(products, big)
  // Floors of residuals can push the square below zero.
  const length = square > 0n ? square : 0n
  // cos = v / sqrt(G_ii s²); the root is of an exact product below 2^122. A zero row or a zero sum has cosine 0.
  const cosines = products.map((v, i) => floorDiv(v << 16n, max1(isqrt(gram[i]![i]! * length))))
  return { products, square, cosines }
}

/** `(c + sqrt(c² + ε²)) / 2`: a smooth max(0, c) in 1/65536, so pay does not jump where the cosine crosses zero. */
export function smoothPositive(cosine: bigint): bigint {
  return (cosine + isqrt(cosine * cosine + CORNER * CORNER)) >> 1n
}

/**
 * Scores and verdicts from the final weights. The score of a row that is not rejected is `stake · smoothPositive(cos(u_i, S))`, or `stake · payOf(company)` in a task that scores
 * novelty: exactly linear in stake, below 2^110 · 2^17. A row with less than half the weight its stake would give is `downweighted`.
 *
 * @param novelty of a task that scores novelty: pay follows the company of each row, and cosines, which are for people, are against the new part of S
 */
export function settle(
  gram: readonly (readonly bigint[])[],
  stakes: readonly bigint[],
  weights: readonly number[],
  rejected: readonly boolean[],
  novelty?: Novelty,
): { scores: bigint[]; verdicts: Verdict[]; trace: TraceLeaf[] } {
  const { products, square, cosines } = alignment(gram, weights, novelty?.residual)
  const paid = novelty && payByNovelty(novelty, stakes)
  const scores = stakes.map((stake, i) => {
    if (rejected[i]) return 0n
    return stake * (paid ? paid.pay[i]! : smoothPositive(cosines[i]!))
  })
  const verdicts = verdictsOf(stakes, weights, rejected)
  const trace = [
    { kind: TraceKind.weights, index: 0, words: weights.map(BigInt) },
    { kind: TraceKind.products, index: 0, words: [...products, square] },
    { kind: TraceKind.finalCosines, index: 0, words: cosines },
    ...(paid?.trace ?? []),
    { kind: TraceKind.scores, index: 0, words: scores },
    { kind: TraceKind.verdicts, index: 0, words: verdicts.map(BigInt) },
  ]
  return { scores, verdicts, trace }
}

/** Of admitted rows. */
export function verdictsOf(stakes: readonly bigint[], weights: readonly number[], rejected: readonly boolean[]): Verdict[] {
  const total = sum(stakes)
  return stakes.map((stake, i) => {
    if (rejected[i]) return Verdict.rejected
    return BigInt(2 * weights[i]!) * total < BigInt(WEIGHT_ONE) * stake ? Verdict.downweighted : Verdict.accepted
  })
}

function payByNovelty(novelty: Novelty, stakes: readonly bigint[]): { pay: bigint[]; trace: TraceLeaf[] } {
  const company = companyOf(novelty, stakes)
  const median = weightedLowerMedian(company, stakes)
  const trace = [
    { kind: TraceKind.residualSquares, index: 0, words: novelty.residual.map((row, i) => row[i]!) },
    { kind: TraceKind.company, index: 0, words: company },
    { kind: TraceKind.payMedian, index: 0, words: [median] },
  ]
  return { pay: company.map((own) => payOf(own, median)), trace }
}

function max1(value: bigint): bigint {
  return value < 1n ? 1n : value
}
