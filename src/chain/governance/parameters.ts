import { encodeFunctionData } from 'viem'
import { QuorateError } from '../../core/index.ts'
import type { Address, Hex } from '../../protocol/types.ts'
import { quorateGovernorAbi, quorateTimelockAbi, stakeVaultAbi } from '../abi/index.ts'
import type { Contracts } from '../contracts.ts'
import type { Governance } from './governance.ts'

/** A parameter that voters decide. `tokens` are wei; a flag is 0 or 1. */
export interface GovernedParameter {
  name: ParameterName
  unit: 'tokens' | 'seconds' | 'bps' | 'flag'
  value: bigint
  min: bigint
  max: bigint
}

export const PARAMETERS = [
  'vault.minBond',
  'vault.minOperatorBond',
  'vault.unbondingDelay',
  'vault.consortiumMode',
  'governor.votingDelay',
  'governor.votingPeriod',
  'governor.proposalThreshold',
  'governor.quorumBps',
  'timelock.delay',
] as const

export type ParameterName = (typeof PARAMETERS)[number]

/** One call that the timelock is to make. */
export interface GovernanceCall {
  target: Address
  data: Hex
}

export type Change = readonly [name: ParameterName, value: bigint]

export interface EncodeChangesParameters {
  contracts: Pick<Contracts, 'vault'>
  governance: Governance
  /** As `readParameters` gives them. */
  parameters: readonly GovernedParameter[]
}

/**
 * The calls that bring changes about, each value checked against its bounds.
 * A longer timelock comes first and a shorter one last, so that it outlasts unbonding after every call.
 *
 * Errors: PARAMETER_OUT_OF_BOUNDS.
 *
 * @example
 * const calls = encodeChanges([['vault.minBond', parseEther('200')]], { contracts, governance, parameters })
 */
export function encodeChanges(changes: readonly Change[], context: EncodeChangesParameters): GovernanceCall[] {
  for (const [name, value] of changes) requireWithin(name, value, context.parameters)
  requireOutlasting(changes, context.parameters)
  const delay = context.parameters.find(({ name }) => name === 'timelock.delay')!
  const order = ([name, value]: Change): number => (name !== 'timelock.delay' ? 1 : value >= delay.value ? 0 : 2)
  return changes.toSorted((a, b) => order(a) - order(b)).map(([name, value]) => encodeOne(name, value, context))
}

function requireWithin(name: ParameterName, value: bigint, parameters: readonly GovernedParameter[]): void {
  const found = parameters.find((parameter) => parameter.name === name)!
  const { min, max, unit } = found
  // Where unbonding is changed too, `requireOutlasting` knows the true minimum.
  const low = name === 'timelock.delay' ? 0n : min
  if (value >= low && value <= max) return
  const of = unit === 'tokens' ? ' token wei' : unit === 'seconds' ? ' s' : unit === 'bps' ? ' basis points' : ''
  const text = `${name} would be ${value}${of}, and its bounds are ${min}${of} and ${max}${of}`
  throw new QuorateError('PARAMETER_OUT_OF_BOUNDS', text, {
    details: { name, value, min, max, unit },
  })
}

function requireOutlasting(changes: readonly Change[], parameters: readonly GovernedParameter[]): void {
  const after = (name: ParameterName): bigint =>
    changes.findLast((change) => change[0] === name)?.[1] ?? parameters.find((parameter) => parameter.name === name)!.value
  const [delay, unbonding] = [after('timelock.delay'), after('vault.unbondingDelay')]
  if (delay > unbonding) return
  throw new QuorateError(
    'PARAMETER_OUT_OF_BOUNDS',
    `a timelock.delay of ${delay} s would not outlast a vault.unbondingDelay of ${unbonding} s: set both in one proposal`,
    { details: { name: 'timelock.delay', value: delay, min: unbonding + 1n } },
  )
}

function encodeOne(name: ParameterName, value: bigint, { contracts, governance }: EncodeChangesParameters): GovernanceCall {
  const ofVault = { target: contracts.vault }
  const ofGovernor = { target: governance.governor }
  const vault = { abi: stakeVaultAbi } as const
  const governor = { abi: quorateGovernorAbi } as const
  switch (name) {
    case 'vault.minBond':
      return { ...ofVault, data: encodeFunctionData({ ...vault, functionName: 'setMinBond', args: [value] }) }
    case 'vault.minOperatorBond':
      return { ...ofVault, data: encodeFunctionData({ ...vault, functionName: 'setMinOperatorBond', args: [value] }) }
    case 'vault.unbondingDelay':
      return { ...ofVault, data: encodeFunctionData({ ...vault, functionName: 'setUnbondingDelay', args: [Number(value)] }) }
    case 'vault.consortiumMode':
      return { ...ofVault, data: encodeFunctionData({ ...vault, functionName: 'setConsortiumMode', args: [value === 1n] }) }
    case 'governor.votingDelay':
      return { ...ofGovernor, data: encodeFunctionData({ ...governor, functionName: 'setVotingDelay', args: [Number(value)] }) }
    case 'governor.votingPeriod':
      return { ...ofGovernor, data: encodeFunctionData({ ...governor, functionName: 'setVotingPeriod', args: [Number(value)] }) }
    case 'governor.proposalThreshold':
      return { ...ofGovernor, data: encodeFunctionData({ ...governor, functionName: 'setProposalThreshold', args: [value] }) }
    case 'governor.quorumBps':
      return { ...ofGovernor, data: encodeFunctionData({ ...governor, functionName: 'updateQuorumNumerator', args: [value] }) }
    case 'timelock.delay':
      return {
        target: governance.timelock,
        data: encodeFunctionData({ abi: quorateTimelockAbi, functionName: 'updateDelay', args: [value] }),
      }
  }
}
