import { deployGovernance, governanceRules } from '../../src/chain/index.ts'
import type { Contracts, Governance, GovernanceRules, TransactionSender } from '../../src/chain/index.ts'
import { formatTokens, parseAmount } from '../../src/core/index.ts'
import type { TokenUnit } from '../../src/core/index.ts'
import { flagValue } from '../flag-value.ts'
import { refuse } from './terms.ts'

export interface GovernanceFlags {
  governance: boolean
  guardian?: `0x${string}`
  votingDelay: number
  votingPeriod: number
  timelockDelay: number
  proposalThreshold: string
  governanceQuorum: number
  /** Seconds. */
  unbondingDelay: number
}

/**
 * The rules of `--governance`; undefined without it. Refuses what governor and timelock would refuse when they are deployed. By then a dozen
 * transactions are paid for. Delays below the usual minimum (of a local chain) become the minimum.
 *
 * @throws QuorateError FLAG_INVALID naming the option and its bound
 */
export function governanceTerms(flags: GovernanceFlags, unit: TokenUnit): GovernanceRules | undefined {
  if (!flags.governance) {
    if (flags.guardian !== undefined) refuse('--guardian', 'means nothing without --governance')
    return undefined
  }
  const { votingDelay, votingPeriod, timelockDelay, governanceQuorum: quorumBps, unbondingDelay } = flags
  const { bounds } = governanceRules(unit)
  const proposalThreshold = flagValue('--proposal-threshold', () => parseAmount(flags.proposalThreshold, unit))
  const atMost = (option: string, value: number, most: number): void => {
    if (value > most) refuse(option, `at most ${most} s`)
  }
  atMost('--voting-delay', votingDelay, bounds.maxVotingDelay)
  atMost('--voting-period', votingPeriod, bounds.maxVotingPeriod)
  atMost('--timelock-delay', timelockDelay, bounds.maxTimelockDelay)
  if (timelockDelay <= unbondingDelay)
    refuse(
      '--timelock-delay',
      `longer than unbonding, ${unbondingDelay} s: whoever disagrees with a decision must be able to leave before it takes effect`,
    )
  if (proposalThreshold > bounds.maxProposalThreshold)
    refuse('--proposal-threshold', `at most ${formatTokens(bounds.maxProposalThreshold, unit)}`)
  if (quorumBps < bounds.minQuorumBps || quorumBps > bounds.maxQuorumBps)
    refuse('--governance-quorum', `${bounds.minQuorumBps} to ${bounds.maxQuorumBps} basis points`)
  return {
    votingDelay,
    votingPeriod,
    timelockDelay,
    proposalThreshold,
    quorumBps,
    bounds: {
      ...bounds,
      minVotingDelay: Math.min(bounds.minVotingDelay, votingDelay),
      minVotingPeriod: Math.min(bounds.minVotingPeriod, votingPeriod),
    },
  }
}

/** Gives the contracts to their voters. */
export async function govern(
  sender: TransactionSender,
  contracts: Contracts,
  { rules, guardian, signal }: { rules: GovernanceRules; guardian: GovernanceFlags['guardian']; signal: AbortSignal },
): Promise<Governance> {
  return deployGovernance(sender, { contracts, guardian, rules, signal })
}
