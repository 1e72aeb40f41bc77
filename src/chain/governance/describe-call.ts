import { decodeFunctionData } from 'viem'
import type { Abi } from 'viem'
import { sameAddress } from '../../protocol/bytes.ts'
import type { Address } from '../../protocol/types.ts'
import { quorateGovernorAbi, quorateTimelockAbi, rewardDistributorAbi, roundLedgerAbi, stakeVaultAbi } from '../abi/index.ts'
import type { Contracts } from '../contracts.ts'
import type { Governance } from './governance.ts'
import type { GovernanceCall } from './parameters.ts'

/** Functions whose arguments are amounts of tokens. */
const IN_TOKENS: ReadonlySet<string> = new Set(['setMinBond', 'setMinOperatorBond', 'setProposalThreshold'])

/**
 * A proposed call as voters read it: `StakeVault.setMinBond(200000000000000000000 token wei)`; the raw call if the target or function is unknown.
 *
 * @example describeCall(call, { contracts, governance })
 */
export function describeCall(
  { target, data }: GovernanceCall,
  { contracts, governance }: { contracts: Contracts; governance: Governance },
): string {
  const known: readonly (readonly [Address, string, Abi])[] = [
    [contracts.vault, 'StakeVault', stakeVaultAbi],
    [contracts.ledger, 'RoundLedger', roundLedgerAbi],
    [contracts.distributor, 'RewardDistributor', rewardDistributorAbi],
    [governance.governor, 'QuorateGovernor', quorateGovernorAbi],
    [governance.timelock, 'QuorateTimelock', quorateTimelockAbi],
  ]
  const found = known.find(([address]) => sameAddress(address, target))
  if (found === undefined) return `${target} ${data}`
  const [, name, abi] = found
  try {
    const { functionName, args } = decodeFunctionData({ abi, data })
    return `${name}.${functionName}(${(args ?? []).map((value) => text(value) + (IN_TOKENS.has(functionName) ? ' token wei' : '')).join(', ')})`
  } catch {
    return `${name} ${data}`
  }
}

function text(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value)
  if (Array.isArray(value)) return `[${value.map(text).join(', ')}]`
  return `{${Object.entries(value)
    .map(([key, inner]) => `${key}: ${text(inner)}`)
    .join(', ')}}`
}
