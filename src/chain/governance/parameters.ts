import { encodeFunctionData } from 'viem'
import { QuorateError } from '../../core/index.ts'
import type { Address, Hex } from '../../protocol/types.ts'
import { quorateGovernorAbi, quorateTimelockAbi, roundLedgerAbi, stakeVaultAbi } from '../abi/index.ts'
import type { Terms } from '../actions/read-terms.ts'
import type { Contracts } from '../contracts.ts'
import type { Governance } from './governance.ts'

/** A parameter that voters decide. `tokens` are wei; a flag is 0 or 1; `min = max` means fixed for good. */
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
  'task.falseClaimPenalty',
  'task.faultPenalty',
  'task.bountyBps',
  'task.rewardPerRound',
  'task.quorumBps',
] as const

export type ParameterName = (typeof PARAMETERS)[number]

/** One call that the timelock is to make. */
export interface GovernanceCall {
  target: Address
  data: Hex
}

export type Change = readonly [name: ParameterName, value: bigint]

export interface EncodeChangesParameters {
  contracts: Pick<Contracts, 'ledger' | 'vault'>
  governance: Governance
  /** As `readParameters` gives them, with a task if one of its terms changes. */
  parameters: readonly GovernedParameter[]
  /** For `task.*`: the task, and its terms for rounds to come. */
  task: bigint
  /** Needed when one of them changes. */
  terms?: Terms
}

/**
 * The calls that bring changes about, each value checked against its bounds.
 * A longer timelock comes first and a shorter one last, so that it outlasts unbonding after every call.
 *
 * Errors: PARAMETER_OUT_OF_BOUNDS.
 *
 * @example
 * const calls = encodeChanges([['vault.minBond', parseEther('200')]], { contracts, governance, parameters, task: 1n, terms })
 */
export function encodeChanges(changes: readonly Change[], context: EncodeChangesParameters): GovernanceCall[] {
  for (const [name, value] of changes) requireWithin(name, value, context.parameters)
  requireOutlasting(changes, context.parameters)
  const delay = context.parameters.find(({ name }) => name === 'timelock.delay')!
  const order = ([name, value]: Change): number => (name !== 'timelock.delay' ? 1 : value >= delay.value ? 0 : 2)
  const calls = changes
    .filter(([name]) => !name.startsWith('task.'))
    .toSorted((a, b) => order(a) - order(b))
    .map(([name, value]) => encodeOne(name, value, context))
  const { contracts, task, terms } = context
  if (terms === undefined || !changes.some(([name]) => name.startsWith('task.'))) return calls
  const after = (name: ParameterName, now: bigint): bigint => changes.findLast((change) => change[0] === name)?.[1] ?? now
  const later = {
    judge: terms.judge,
    falseClaimPenalty: after('task.falseClaimPenalty', terms.falseClaimPenalty),
    faultPenalty: after('task.faultPenalty', terms.faultPenalty),
    bountyBps: Number(after('task.bountyBps', BigInt(terms.bountyBps))),
  }
  const data = encodeFunctionData({ abi: roundLedgerAbi, functionName: 'setTerms', args: [task, later] })
  calls.push({ target: contracts.ledger, data })
  return calls
}

function requireWithin(name: ParameterName, value: bigint, parameters: readonly GovernedParameter[]): void {
  const found = parameters.find((parameter) => parameter.name === name)!
  const { min, max, unit } = found
  // Where unbonding is changed too, `requireOutlasting` knows the true minimum.
  const low = name === 'timelock.delay' ? 0n : min
  if (value >= low && value <= max) return
  const reason = min === max ? `is fixed at ${min} for the life of the task` : `is ${value}, outside its bounds ${min} … ${max}`
  throw new QuorateError('PARAMETER_OUT_OF_BOUNDS', `${name} ${reason} (${unit === 'tokens' ? 'token wei' : unit})`, {
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
    default:
      throw new QuorateError('INTERNAL', `${name} has no setter`)
  }
}
