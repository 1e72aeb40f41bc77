import { encodeFunctionData } from 'viem'
import type { Abi } from 'viem'
import { wholeTokens } from '../../core/index.ts'
import type { TokenUnit } from '../../core/index.ts'
import type { Address, Hex } from '../../protocol/types.ts'
import {
  bucketProofsAbi,
  bucketProofsBytecode,
  dataCourtAbi,
  dataCourtBytecode,
  developmentTokenAbi,
  developmentTokenBytecode,
  erc1967ProxyAbi,
  erc1967ProxyBytecode,
  fraudJudgeAbi,
  fraudJudgeBytecode,
  maskBucketsAbi,
  maskBucketsBytecode,
  modelRegistryAbi,
  modelRegistryBytecode,
  memberProofsAbi,
  memberProofsBytecode,
  rewardDistributorAbi,
  rewardDistributorBytecode,
  roundLedgerAbi,
  roundLedgerBytecode,
  stakeVaultAbi,
  stakeVaultBytecode,
  taskRulesAbi,
  taskRulesBytecode,
  traceRulesAbi,
  traceRulesBytecode,
} from '../abi/index.ts'
import type { Contracts } from '../contracts.ts'
import { DEVELOPMENT_TOKEN } from '../dev/development-token.ts'
import { addJudge } from './add-judge.ts'
import { shortestTimes } from '../governance/shortest-times.ts'
import type { ShortestTimes } from '../governance/shortest-times.ts'
import { readToken } from './read-token.ts'
import type { TransactionResult, TransactionSender, WriteOptions } from '../transactions/transaction-sender.ts'

/** Rules of the vault. Amounts in token wei, delays in seconds. The bounds are fixed for good; the values stay governed within them. */
export interface DeploymentRules {
  minBond: bigint
  minOperatorBond: bigint
  unbondingDelay: number
  bounds: {
    /** No task may expose a member for longer than this. */
    minUnbondingDelay: number
    maxUnbondingDelay: number
    minBondFloor: bigint
    minBondCeiling: bigint
  }
}

const DAY = 86_400

/** How long stake is slashable after its owner asks for it back, seconds; shorter only on a development chain. */
export const UNBONDING_DELAY = 7 * DAY

/** One week to leave, 100 tokens to take part, 1,000 to operate. */
export function deploymentRules(unit: Pick<TokenUnit, 'decimals'>, unbondingDelay: number = UNBONDING_DELAY): DeploymentRules {
  return {
    minBond: wholeTokens(100n, unit),
    minOperatorBond: wholeTokens(1000n, unit),
    unbondingDelay,
    bounds: {
      minUnbondingDelay: Math.min(unbondingDelay, UNBONDING_DELAY),
      maxUnbondingDelay: 60 * DAY,
      minBondFloor: wholeTokens(1n, unit),
      minBondCeiling: wholeTokens(1_000_000n, unit),
    },
  }
}

/**
 * Gas that the bond of a unit of a court request pays for, at least (`DataCourt.BOND_GAS`), and gas that a token is assumed to buy. By the
 * same assumption an operator's share pays for the gas of its round (docs/economics.md).
 */
export const BOND_GAS = 200_000n
export const GAS_OF_A_TOKEN = 100_000n

/** What a unit of a request to the court puts at stake, token wei: 2 tokens, which pay for the answer. */
export function courtUnitBond(unit: Pick<TokenUnit, 'decimals'>): bigint {
  return wholeTokens(BOND_GAS / GAS_OF_A_TOKEN, unit)
}

export interface DeployQuorateParameters extends WriteOptions {
  /** The staking token: an ERC-20 without fee on transfer. Absent: a development token is deployed, which the owner mints at will. */
  token?: Address
  /** Who governs the contracts: may upgrade them, set rules and create tasks. Default: the sender. */
  owner?: Address
  /** Default `deploymentRules` of the token. */
  rules?: DeploymentRules
  /** Token wei that a unit of a request to the court puts at stake: what 200,000 gas cost, or more. Default 2 tokens. */
  unitBond?: bigint
  /** Shortest times of tasks. Default those for a chain with a block every 12 s; less only on a development chain. */
  shortest?: ShortestTimes
}

export interface Deployment extends Contracts {
  registry: Address
  /** Where withheld parts of a claim are asked for; the judge listens to it. */
  court: Address
  owner: Address
  developmentToken: boolean
  implementations: { ledger: Address; vault: Address; distributor: Address }
  /** First block of the deployment: where to begin looking for events. */
  fromBlock: bigint
  /** Last block of the deployment. */
  toBlock: bigint
  gasUsed: bigint
  transactions: number
}

/**
 * Deploys a whole set of contracts, each behind its own ERC-1967 proxy, and wires them: token, `StakeVault`, `RoundLedger`,
 * `RewardDistributor`; the vault knows the ledger, which alone may slash, and the ledger its distributor. The judge stands by itself: a task names it when it is created, and a new
 * judge is a new address. `ModelRegistry` stands by itself too. Seventeen transactions, one more for a development token, two more for
 * another owner.
 *
 * After a failure, deploy again; with a `ResumingSender` it goes on where it stopped.
 *
 * Errors: those of every write.
 *
 * @example
 * const { ledger, fromBlock } = await deployQuorate(new TransactionSender({ chain, account }))
 */
export async function deployQuorate(sender: TransactionSender, parameters: DeployQuorateParameters = {}): Promise<Deployment> {
  const { owner = sender.address, shortest = shortestTimes(12), signal } = parameters
  const unit =
    parameters.token === undefined ? DEVELOPMENT_TOKEN : await readToken(sender.chain, { token: parameters.token, signal })
  const { rules = deploymentRules(unit), unitBond = courtUnitBond(unit) } = parameters
  const results: TransactionResult[] = []
  const deploy = async (name: string, abi: Abi, bytecode: Hex, args: readonly unknown[]): Promise<Address> => {
    const result = await sender.deploy({ doing: `deploy ${name}`, abi, bytecode, args, signal })
    results.push(result)
    return result.contractAddress
  }
  const proxy = (name: string, implementation: Address, initialize: Hex) =>
    deploy(`the proxy of ${name}`, erc1967ProxyAbi, erc1967ProxyBytecode, [implementation, initialize])
  // The sender owns everything until it is wired.
  const first = sender.address

  const token = parameters.token ?? (await deploy('DevelopmentToken', developmentTokenAbi, developmentTokenBytecode, [owner]))

  const vaultCode = await deploy('StakeVault', stakeVaultAbi, stakeVaultBytecode, [rules.bounds])
  const { minBond, minOperatorBond, unbondingDelay } = rules
  const vaultArgs = [first, token, minBond, minOperatorBond, unbondingDelay] as const
  const vault = await proxy(
    'StakeVault',
    vaultCode,
    encodeFunctionData({ abi: stakeVaultAbi, functionName: 'initialize', args: vaultArgs }),
  )

  const { commit, window, challenge, entry } = shortest
  const taskRulesArgs = [commit, window, challenge, entry].map(BigInt)
  const taskRules = await deploy('TaskRules', taskRulesAbi, taskRulesBytecode, taskRulesArgs)
  const ledgerCode = await deploy('RoundLedger', roundLedgerAbi, roundLedgerBytecode, [taskRules])
  const ledgerInit = encodeFunctionData({ abi: roundLedgerAbi, functionName: 'initialize', args: [first, vault] })
  const ledger = await proxy('RoundLedger', ledgerCode, ledgerInit)

  const distributorCode = await deploy('RewardDistributor', rewardDistributorAbi, rewardDistributorBytecode, [])
  const distributorInit = encodeFunctionData({
    abi: rewardDistributorAbi,
    functionName: 'initialize',
    args: [owner, token, ledger],
  })
  const distributor = await proxy('RewardDistributor', distributorCode, distributorInit)

  const wire = { signal, doing: 'wire the contracts' }
  results.push(
    await sender.write({ ...wire, to: vault, abi: stakeVaultAbi, functionName: 'setLedger', args: [ledger] }),
    await sender.write({ ...wire, to: ledger, abi: roundLedgerAbi, functionName: 'setDistributor', args: [distributor] }),
  )
  const court = await deploy('DataCourt', dataCourtAbi, dataCourtBytecode, [ledger, unitBond, BigInt(shortest.court)])
  const judge = await deployJudge(deploy, { ledger, court })
  results.push(await addJudge(sender, { ledger, judge, signal }))
  const registry = await deploy('ModelRegistry', modelRegistryAbi, modelRegistryBytecode, [ledger])
  if (owner !== first) {
    results.push(
      await sender.write({ ...wire, to: vault, abi: stakeVaultAbi, functionName: 'transferOwnership', args: [owner] }),
      await sender.write({ ...wire, to: ledger, abi: roundLedgerAbi, functionName: 'transferOwnership', args: [owner] }),
    )
  }
  return {
    ledger,
    vault,
    distributor,
    token,
    judge,
    court,
    registry,
    owner,
    developmentToken: parameters.token === undefined,
    implementations: { ledger: ledgerCode, vault: vaultCode, distributor: distributorCode },
    fromBlock: results[0]!.blockNumber,
    toBlock: results.at(-1)!.blockNumber,
    gasUsed: results.reduce((sum, result) => sum + result.gasUsed, 0n),
    transactions: results.length,
  }
}

/**
 * The judge of posted claims and the three stateless contracts that it calls, all immutable, and the draw of buckets that the third of
 * them reads. Only the court may report withheld data to the judge.
 */
async function deployJudge(
  deploy: (name: string, abi: Abi, bytecode: Hex, args: readonly unknown[]) => Promise<Address>,
  { ledger, court }: Pick<Contracts, 'ledger'> & { court: Address },
): Promise<Address> {
  const members = await deploy('MemberProofs', memberProofsAbi, memberProofsBytecode, [ledger])
  const trace = await deploy('TraceRules', traceRulesAbi, traceRulesBytecode, [])
  const draws = await deploy('MaskBuckets', maskBucketsAbi, maskBucketsBytecode, [ledger])
  const buckets = await deploy('BucketProofs', bucketProofsAbi, bucketProofsBytecode, [draws])
  return deploy('FraudJudge', fraudJudgeAbi, fraudJudgeBytecode, [ledger, members, trace, buckets, court])
}
