/** Rewards that lies can take at once, and the share of a slash that is burned at least, in basis points: `TaskRules`. */
const REWARDS_AT_RISK = 64n
const BURNED_BPS = 8000n

/** Units of the court whose bonds a search for a lie brings at most: `TaskRules.SEARCH_UNITS`. */
export const SEARCH_UNITS = 256n

/** What a penalty has to be for a reward and a court, token wei all three. */
export interface PenaltyBounds {
  rewardPerRound: bigint
  /** Bond of a unit of a request to the court; 0 for a task without one. */
  unitBond: bigint
  /** The least that the vault lets a penalty be. */
  floor: bigint
}

/**
 * The least penalty of a false claim that the ledger accepts, token wei: what burns of it covers the rewards that lies can
 * take at once, and the bonds that a liar earns if it answers the search for its lie.
 */
export function leastPenalty({ rewardPerRound, unitBond, floor }: PenaltyBounds): bigint {
  const [rewards, bonds] = [REWARDS_AT_RISK * rewardPerRound, SEARCH_UNITS * unitBond]
  const burned = rewards > bonds ? rewards : bonds
  const covering = (burned * 10_000n + BURNED_BPS - 1n) / BURNED_BPS
  return covering > floor ? covering : floor
}
