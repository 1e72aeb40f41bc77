/** Rewards that lies can take at once, and the share of a slash that is burned at least, in basis points: `TaskRules`. */
const REWARDS_AT_RISK = 64n
const BURNED_BPS = 8000n

/** The least penalty of a false claim that the ledger accepts, token wei. */
export function leastPenalty(rewardPerRound: bigint, floor: bigint): bigint {
  const covering = (REWARDS_AT_RISK * rewardPerRound * 10_000n + BURNED_BPS - 1n) / BURNED_BPS
  return covering > floor ? covering : floor
}
