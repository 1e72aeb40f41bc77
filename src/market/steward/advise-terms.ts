import { ADVISED_TERMS } from '../../chain/index.ts'
import type { AdvisedTerms, TermsLimits } from '../../chain/index.ts'
import type { Observed } from './observe-rounds.ts'

const BPS = 10_000n
/** A window leaves half as much time again as the slowest round took. */
const SLACK = [3n, 2n] as const
/** A window in which somebody was missing gets a quarter more. */
const MORE = [5n, 4n] as const
/** Updates may be half as long, or twice as long, as any that was admitted. Norms are squared. */
const NORM_SLACK = 4n
/** Share of members with a row below which the reward rises, and from which it falls slowly, basis points. */
const [FEW, ALL] = [8000n, 10_000n]
const FALL = 500n

/**
 * What the successor of a task should have, from what its rounds took. A pure function: everybody who observes the same gets the same.
 *
 * Every term aims at what the rounds needed with some slack, and stays within the limits and one step from the advice before. A term about which the rounds say nothing stays.
 *
 * @param before the advice that stands
 * @example const terms = adviseTerms(await observeRounds({ chain, contracts, task, last: 20 }), { before: advice.terms, limits })
 */
export function adviseTerms(observed: Observed, { before, limits }: { before: AdvisedTerms; limits: TermsLimits }): AdvisedTerms {
  const aims = aimsOf(observed, before)
  const within = ADVISED_TERMS.map((name) => {
    const step = ceilDiv(before[name] * BigInt(limits.stepBps), BPS)
    const least = largest([limits.least[name], before[name] - step])
    const most = smallest([limits.most[name], before[name] + step])
    return [name, smallest([largest([aims[name] ?? before[name], least]), most])] as const
  })
  return Object.fromEntries(within) as AdvisedTerms
}

function aimsOf({ windows, rounds, failed, norms }: Observed, before: AdvisedTerms): Partial<AdvisedTerms> {
  if (rounds.length === 0) return {}
  const shown = windows.reveal + windows.attest
  const [seal, post] = [longest(rounds.map((one) => one.sealedAfter)), longest(rounds.map((one) => one.postedAfter))]
  const late = failed > 0
  const reveals = post >= shown || late
  return {
    commit: seal >= windows.commit || late ? scaled(before.commit, MORE) : scaled(BigInt(seal), SLACK),
    reveal: reveals ? scaled(before.reveal, MORE) : scaled(BigInt(post * windows.reveal), SLACK) / BigInt(shown) + 1n,
    attest: reveals ? scaled(before.attest, MORE) : scaled(BigInt(post * windows.attest), SLACK) / BigInt(shown) + 1n,
    post: late ? scaled(before.post, MORE) : before.post,
    rewardPerRound: rewardFor(rounds, before.rewardPerRound),
    ...(norms.length > 0 && {
      minNormSq: smallest(norms) / NORM_SLACK + 1n,
      maxNormSq: largest(norms) * NORM_SLACK,
    }),
  }
}

/** Few members with a row: pay more, by as much as are missing. All of them: pay a little less. */
function rewardFor(rounds: Observed['rounds'], reward: bigint): bigint {
  const [rows, members] = rounds.reduce(([r, m], one) => [r + BigInt(one.rows), m + BigInt(one.members)], [0n, 0n])
  const share = members === 0n ? 0n : (rows * BPS) / members
  if (share < FEW) return (reward * (BPS + FEW - share)) / BPS
  return share >= ALL ? (reward * (BPS - FALL)) / BPS : reward
}

const longest = (times: readonly number[]): number => Math.max(...times)
const scaled = (value: bigint, [up, down]: readonly [bigint, bigint]): bigint => ceilDiv(value * up, down)
const ceilDiv = (a: bigint, b: bigint): bigint => (a + b - 1n) / b
const largest = (values: readonly bigint[]): bigint => values.reduce((a, b) => (a > b ? a : b))
const smallest = (values: readonly bigint[]): bigint => values.reduce((a, b) => (a < b ? a : b))
