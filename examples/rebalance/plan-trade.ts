/** What a portfolio holds, both in cash. */
export interface Holdings {
  cash: bigint
  asset: bigint
}

/** How the agent of a portfolio thinks. Shares are basis points of the whole. */
export interface Policy {
  /** Share of the asset while nothing is risky. */
  target: bigint
  /** A share that lies this close to its target is left alone. */
  band: bigint
  /** Risk from which the target is 0; it falls evenly up to there. */
  threshold: bigint
  /** Largest trade, in cash. */
  largest: bigint
}

/** A trade of so much cash. */
export interface Trade {
  buy: boolean
  value: bigint
}

const WHOLE = 10_000n

/** The trade that takes the share of the asset to its target, or as far as one trade may go; undefined where it is close. A pure function. */
export function planTrade({ cash, asset }: Holdings, risk: bigint, policy: Policy): Trade | undefined {
  const { target, band, threshold, largest } = policy
  const all = cash + asset
  if (all === 0n) return undefined
  const calm = risk >= threshold ? 0n : threshold - risk
  const wanted = (all * target * calm) / (WHOLE * threshold)
  const buy = wanted > asset
  const off = buy ? wanted - asset : asset - wanted
  if (off * WHOLE <= all * band) return undefined
  return { buy, value: off < largest ? off : largest }
}
