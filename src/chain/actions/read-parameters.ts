import { quorateGovernorAbi, quorateTimelockAbi, stakeVaultAbi } from '../abi/index.ts'
import type { Chain } from '../connect-chain.ts'
import type { Contracts } from '../contracts.ts'
import type { Governance } from '../governance/governance.ts'
import type { GovernedParameter, ParameterName } from '../governance/parameters.ts'
import { readContract } from './read-contract.ts'
import type { ReadOptions } from './read-contract.ts'

export interface ReadParametersParameters extends ReadOptions {
  contracts: Pick<Contracts, 'vault'>
  governance: Governance
}

/**
 * Every parameter that voters may change, with the value that holds and the bounds no decision can leave.
 *
 * Errors: CONTRACT_NOT_FOUND, RPC_UNREACHABLE, CANCELLED.
 *
 * @example
 * const [minBond] = await readParameters(chain, { contracts, governance })
 * minBond // { name: 'vault.minBond', unit: 'tokens', value: 10n ** 20n, min: 10n ** 18n, max: 10n ** 24n }
 */
export async function readParameters(
  chain: Chain,
  { contracts, governance, ...options }: ReadParametersParameters,
): Promise<GovernedParameter[]> {
  const doing = 'read the governed parameters'
  const ofVault = { ...options, doing, address: contracts.vault, abi: stakeVaultAbi, args: [] } as const
  const ofGovernor = { ...options, doing, address: governance.governor, abi: quorateGovernorAbi, args: [] } as const
  const ofTimelock = { ...options, doing, address: governance.timelock, abi: quorateTimelockAbi, args: [] } as const
  const [bond, bonds] = await Promise.all([
    readContract(chain, { ...ofVault, functionName: 'bounds' }),
    readContract(chain, { ...ofGovernor, functionName: 'bounds' }),
  ])
  const [minBond, minOperatorBond, unbonding, consortium, votingDelay, votingPeriod, threshold, quorumBps, delay, maxDelay] =
    await Promise.all([
      readContract(chain, { ...ofVault, functionName: 'minBond' }),
      readContract(chain, { ...ofVault, functionName: 'minOperatorBond' }),
      readContract(chain, { ...ofVault, functionName: 'unbondingDelay' }),
      readContract(chain, { ...ofVault, functionName: 'consortiumMode' }),
      readContract(chain, { ...ofGovernor, functionName: 'votingDelay' }),
      readContract(chain, { ...ofGovernor, functionName: 'votingPeriod' }),
      readContract(chain, { ...ofGovernor, functionName: 'proposalThreshold' }),
      readContract(chain, { ...ofGovernor, functionName: 'quorumNumerator' }),
      readContract(chain, { ...ofTimelock, functionName: 'getMinDelay' }),
      readContract(chain, { ...ofTimelock, functionName: 'MAX_DELAY' }),
    ])
  const one = (
    name: ParameterName,
    unit: GovernedParameter['unit'],
    value: bigint | number,
    min: bigint | number,
    max: bigint | number,
  ): GovernedParameter => ({ name, unit, value: BigInt(value), min: BigInt(min), max: BigInt(max) })
  const { minBondFloor: floor, minBondCeiling: ceiling } = bond
  return [
    one('vault.minBond', 'tokens', minBond, floor, ceiling),
    one('vault.minOperatorBond', 'tokens', minOperatorBond, floor, ceiling),
    one('vault.unbondingDelay', 'seconds', unbonding, bond.minUnbondingDelay, bond.maxUnbondingDelay),
    one('vault.consortiumMode', 'flag', consortium ? 1 : 0, 0, 1),
    one('governor.votingDelay', 'seconds', votingDelay, bonds.minVotingDelay, bonds.maxVotingDelay),
    one('governor.votingPeriod', 'seconds', votingPeriod, bonds.minVotingPeriod, bonds.maxVotingPeriod),
    one('governor.proposalThreshold', 'tokens', threshold, 0, bonds.maxProposalThreshold),
    one('governor.quorumBps', 'bps', quorumBps, bonds.minQuorumBps, bonds.maxQuorumBps),
    // INVARIANT: the timelock is longer than unbonding.
    one('timelock.delay', 'seconds', delay, unbonding + 1, maxDelay),
  ]
}
