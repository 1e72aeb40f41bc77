import { decodeFunctionData } from 'viem'
import type { Abi } from 'viem'
import { sameAddress } from '../../protocol/bytes.ts'
import type { Address } from '../../protocol/types.ts'
import {
  guardedExecutorAbi,
  quorateGovernorAbi,
  quorateTimelockAbi,
  rewardDistributorAbi,
  roundLedgerAbi,
  scoreOracleAbi,
  stakeVaultAbi,
  termsBoardAbi,
} from '../abi/index.ts'
import type { Contracts } from '../contracts.ts'
import type { Governance } from './governance.ts'
import type { GovernanceCall } from './parameters.ts'

/** Functions whose arguments are amounts of tokens. */
const IN_TOKENS: ReadonlySet<string> = new Set(['setMinBond', 'setMinOperatorBond', 'setProposalThreshold'])

/** Contracts beside a deployment, which a timelock may own: nobody knows their addresses, and their functions have names of their own. */
const BESIDE: readonly (readonly [string, Abi])[] = [
  ['ScoreOracle', scoreOracleAbi],
  ['GuardedExecutor', guardedExecutorAbi],
  ['TermsBoard', termsBoardAbi],
]

/**
 * A proposed call as voters read it: `StakeVault.setMinBond(200000000000000000000 token wei)`; of contracts beside the deployment
 * `0x… as ScoreOracle.setFeed(…)`; the raw call if the function is unknown.
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
  if (found !== undefined) return called(found[1], found[2], data) ?? `${found[1]} ${data}`
  for (const [name, abi] of BESIDE) {
    const words = called(name, abi, data)
    if (words !== undefined) return `${target} as ${words}`
  }
  return `${target} ${data}`
}

/** The call of a function that the contract has. */
function called(name: string, abi: Abi, data: GovernanceCall['data']): string | undefined {
  try {
    const { functionName, args } = decodeFunctionData({ abi, data })
    return `${name}.${functionName}(${(args ?? []).map((value) => text(value) + (IN_TOKENS.has(functionName) ? ' token wei' : '')).join(', ')})`
  } catch {
    return undefined
  }
}

function text(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value)
  if (Array.isArray(value)) return `[${value.map(text).join(', ')}]`
  return `{${Object.entries(value)
    .map(([key, inner]) => `${key}: ${text(inner)}`)
    .join(', ')}}`
}
