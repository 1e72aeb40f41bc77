import { isqrt, sum } from '../integer-math.ts'
import { memberGram } from '../member-gram.ts'
import { gramRule } from './gram-rule.ts'
import type { LabRule } from './lab-rule.ts'
import { presentRows, spread } from './present-rows.ts'
import { noByzantine } from './theory.ts'

const ONE = 65_536n

/**
 * FoolsGold: rows that look alike are taken for one attacker under many names and lose weight.
 *
 * Paper: Fung, Yoon, Beschastnikh 2020, "The Limitations of Federated Learning in Sybil Settings".
 * Breakdown: none, a lone attacker is never flagged, and honest members who agree are. Use it as a flag on top of another rule:
 * `ruleByName('krum+foolsgold')` runs Krum with stake × factor.
 * Stake: stake × factor. Splitting a bond changes the outcome by design (twins flag each other), and it sees this round only: histories of
 * updates are not public rows.
 */
export const foolsGold = gramRule(
  {
    name: 'foolsgold',
    paper: 'Fung et al. 2020, The Limitations of Federated Learning in Sybil Settings',
    breakdown: 'none: it flags sybils, not poison',
    weighting: 'stake × factor of similarity',
    publicRow: 'none',
    translates: false,
    splits: false,
    unsafe: noByzantine('FoolsGold flags rows that look alike'),
  },
  ({ gram, stakes }) => {
    const factors = similarityFactors(gram)
    const raw = stakes.map((stake, i) => stake * factors[i]!)
    return sum(raw) > 0n ? { raw } : { raw: stakes }
  },
)

/**
 * The same rule with FoolsGold's factor on every stake; verdicts and scores follow the reduced stakes. It may take the stake of honest members who
 * agree, and with it the honest majority: no theory covers F > 0.
 */
export function withFoolsGold(rule: LabRule): LabRule {
  return {
    ...rule,
    name: `${rule.name}+foolsgold`,
    translates: false,
    splits: false,
    provable: false,
    unsafe: noByzantine('FoolsGold may take the stake of honest members who agree'),
    decide(all) {
      const { input, from } = presentRows(all)
      const factors = similarityFactors(memberGram(input.gram, input.stakes.length))
      const reduced = input.stakes.map((stake, i) => stake * factors[i]!)
      const stakes = sum(reduced) > 0n ? reduced : input.stakes.map((stake) => stake * ONE)
      return rule.decide({ ...all, stakes: spread(stakes, from, all.stakes.length, 0n) })
    },
  }
}

/**
 * The paper's learning rate of each row in 1/65536: 1 − (largest cosine with another row, pardoned where the other looks worse), scaled to a
 * largest of 1, then logit(α) + 1/2 cut to 0…1. The logarithm is taken in integers.
 */
export function similarityFactors(gram: readonly (readonly bigint[])[]): bigint[] {
  const n = gram.length
  if (n < 2) return gram.map(() => ONE)
  const cosine = gram.map((row, i) =>
    row.map((product, j) => {
      if (i === j || product <= 0n) return 0n
      const root = isqrt(gram[i]![i]! * gram[j]![j]!)
      return root === 0n ? 0n : (product * ONE) / root
    }),
  )
  const worst = cosine.map((row) => row.reduce((a, b) => (a > b ? a : b), 0n))
  const alone = cosine.map((row, i) => {
    const pardoned = row.map((value, j) => (worst[j]! > worst[i]! ? (value * worst[i]!) / worst[j]! : value))
    const similar = pardoned.reduce((a, b) => (a > b ? a : b), 0n)
    return similar >= ONE ? 0n : ONE - similar
  })
  const most = alone.reduce((a, b) => (a > b ? a : b), 0n)
  if (most === 0n) return alone.map(() => ONE)
  return alone.map((value) => cutLogit((value * ONE) / most))
}

/** min(1, max(0, ln(a / (1 − a)) + 1/2)) in 1/65536. */
function cutLogit(a: bigint): bigint {
  if (a <= 0n) return 0n
  if (a >= ONE) return ONE
  // ln x = log2 x · ln 2, ln 2 = 45426 / 65536.
  const logit = ((log2(a) - log2(ONE - a)) * 45_426n) / ONE + ONE / 2n
  return logit < 0n ? 0n : logit > ONE ? ONE : logit
}

/** log2(x) in 1/65536 for a positive integer, by squaring a 32-bit mantissa: each square yields one bit. */
export function log2(x: bigint): bigint {
  const whole = BigInt(x.toString(2).length - 1)
  let mantissa = (x << 32n) >> whole
  let bits = 0n
  for (let k = 0; k < 16; k++) {
    mantissa = (mantissa * mantissa) >> 32n
    bits <<= 1n
    if (mantissa >= 2n << 32n) {
      mantissa >>= 1n
      bits |= 1n
    }
  }
  return whole * ONE + bits
}
