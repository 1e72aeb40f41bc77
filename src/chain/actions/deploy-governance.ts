import { keccak256, toHex, zeroAddress, zeroHash } from 'viem'
import type { Abi } from 'viem'
import { wholeTokens } from '../../core/index.ts'
import type { TokenUnit } from '../../core/index.ts'
import type { Address, Hex } from '../../protocol/types.ts'
import { DEVELOPMENT_TOKEN } from '../dev/development-token.ts'
import {
  quorateGovernorAbi,
  quorateGovernorBytecode,
  quorateTimelockAbi,
  quorateTimelockBytecode,
  rewardDistributorAbi,
  roundLedgerAbi,
  stakeVaultAbi,
} from '../abi/index.ts'
import type { Contracts } from '../contracts.ts'
import type { Governance } from '../governance/governance.ts'
import type { TransactionSender, WriteOptions } from '../transactions/transaction-sender.ts'
import { deployGuardian } from './deploy-guardian.ts'

/** How decisions are made. Seconds, stake wei, basis points of all stake. The bounds are fixed for good. */
export interface GovernanceRules {
  votingDelay: number
  votingPeriod: number
  proposalThreshold: bigint
  quorumBps: number
  /** Must be longer than the vault's unbonding delay. */
  timelockDelay: number
  bounds: {
    minVotingDelay: number
    maxVotingDelay: number
    minVotingPeriod: number
    maxVotingPeriod: number
    maxProposalThreshold: bigint
    minQuorumBps: number
    maxQuorumBps: number
    maxTimelockDelay: number
  }
}

const HOUR = 3600
const DAY = 24 * HOUR

/** A day to take notice, five to vote, a third of the stake as quorum, a day more than the default unbonding until it takes effect. */
export function governanceRules(unit: Pick<TokenUnit, 'decimals'>): GovernanceRules {
  return {
    votingDelay: DAY,
    votingPeriod: 5 * DAY,
    proposalThreshold: wholeTokens(100n, unit),
    quorumBps: 3334,
    timelockDelay: 8 * DAY,
    bounds: {
      minVotingDelay: HOUR,
      maxVotingDelay: 30 * DAY,
      minVotingPeriod: DAY,
      maxVotingPeriod: 60 * DAY,
      maxProposalThreshold: wholeTokens(1_000_000n, unit),
      minQuorumBps: 1000,
      maxQuorumBps: 6667,
      maxTimelockDelay: 90 * DAY,
    },
  }
}

export interface DeployGovernanceParameters extends WriteOptions {
  /** Owned by the sender, who gives them away. */
  contracts: Pick<Contracts, 'ledger' | 'vault' | 'distributor'>
  /** The multisig that may pause and cancel, through a `Guardian` contract. Absent: nobody may. */
  guardian?: Address
  /** Default `governanceRules` of a token of 18 decimals. */
  rules?: GovernanceRules
}

/**
 * Gives a deployment to its voters: deploys timelock, governor and (with a guardian) `Guardian`, transfers vault,
 * ledger and distributor to the timelock, and renounces every role of the sender. Last step of a deployment: afterwards
 * only proposals open tasks, change parameters or upgrade.
 *
 * Errors: TRANSACTION_REVERTED with `DelayTooShort` when the timelock delay does not exceed unbonding, `OutOfBounds`
 * for rules outside their bounds, `OwnableUnauthorizedAccount` when the sender is not the owner, and those of every
 * write.
 *
 * @example
 * const deployment = await deployQuorate(sender)
 * const { governor, timelock } = await deployGovernance(sender, { contracts: deployment, guardian: multisig })
 */
export async function deployGovernance(
  sender: TransactionSender,
  { contracts, guardian: holder, rules = governanceRules(DEVELOPMENT_TOKEN), signal }: DeployGovernanceParameters,
): Promise<Governance> {
  const { ledger, vault, distributor } = contracts
  const deploy = async (name: string, abi: Abi, bytecode: Hex, args: readonly unknown[]): Promise<Address> =>
    (await sender.deploy({ doing: `deploy ${name}`, abi, bytecode, args, signal })).contractAddress
  const { maxTimelockDelay, ...bounds } = rules.bounds
  // Whatever is due may be executed by anyone: the zero address holds that role for all.
  const timelock = await deploy('QuorateTimelock', quorateTimelockAbi, quorateTimelockBytecode, [
    vault,
    rules.timelockDelay,
    maxTimelockDelay,
    [zeroAddress],
    sender.address,
  ])
  const governor = await deploy('QuorateGovernor', quorateGovernorAbi, quorateGovernorBytecode, [vault, timelock, rules, bounds])
  const guardian = holder === undefined ? zeroAddress : await deployGuardian(sender, { ledger, vault, holder, timelock, signal })

  const grant = async (role: string, account: Address): Promise<void> => {
    const doing = `let ${account} act as ${role} of the timelock`
    const args = [keccak256(toHex(role)), account] as const
    await sender.write({ doing, to: timelock, abi: quorateTimelockAbi, functionName: 'grantRole', args, signal })
  }
  await grant('PROPOSER_ROLE', governor)
  await grant('CANCELLER_ROLE', governor)
  if (guardian !== zeroAddress) await grant('CANCELLER_ROLE', guardian)
  const hand = {
    doing: 'hand the contracts to the timelock',
    functionName: 'transferOwnership',
    args: [timelock],
    signal,
  } as const
  await sender.write({ ...hand, to: vault, abi: stakeVaultAbi })
  await sender.write({ ...hand, to: ledger, abi: roundLedgerAbi })
  await sender.write({ ...hand, to: distributor, abi: rewardDistributorAbi })
  await sender.write({
    doing: 'give up the timelock',
    to: timelock,
    abi: quorateTimelockAbi,
    functionName: 'renounceRole',
    args: [zeroHash, sender.address],
    signal,
  })
  return { governor, timelock, guardian }
}
