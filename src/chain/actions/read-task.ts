import { roundLedgerAbi } from '../abi/index.ts'
import type { Chain } from '../connect-chain.ts'
import type { Contracts } from '../contracts.ts'
import type { Address, Hash } from '../../protocol/types.ts'
import type { Windows } from '../../protocol/round/index.ts'
import { readContract } from './read-contract.ts'
import type { ReadOptions } from './read-contract.ts'

export interface ReadTaskParameters extends ReadOptions {
  ledger: Contracts['ledger']
  task: bigint
}

/** A task as created, and how it stands. Amounts in token wei, windows in seconds. */
export interface Task {
  task: bigint
  specHash: Hash
  /** Who created it, may stop it, and gets back what it did not use. */
  founder: Address
  /** Owner address of the operator that has the seat; zero for nobody. */
  operator: Address
  windows: Windows
  rewardPerRound: bigint
  /** Everything ever paid in for rewards, less what was refunded. */
  funded: bigint
  quorumBps: number
  /** Only this address may reject claims. */
  judge: Address
  /** Governance ended the use of the judge: no round opens any more. */
  judgeRetired: boolean
  /** The founder or governance ended the task: no round opens any more. */
  stopped: boolean
  falseClaimPenalty: bigint
  faultPenalty: bigint
  bountyBps: number
  /** 0 while no round is open. */
  currentRound: bigint
  /** Without them no round opens: members, and their stake in token wei. */
  minMembers: number
  minStake: bigint
  /** The task whose final model this one started from, and the round of that model; 0 for none. */
  predecessor: bigint
  predecessorRound: bigint
  /** Expected members of a drawn round; 0: every member has a row. */
  committee: number
}

/**
 * A task's configuration and progress.
 *
 * Errors: TRANSACTION_REVERTED with `details.error` `UnknownTask`, CONTRACT_NOT_FOUND, RPC_UNREACHABLE, CANCELLED.
 *
 * @example
 * const { specHash, currentRound } = await readTask(chain, { ledger, task: 1n })
 */
export async function readTask(chain: Chain, { ledger, task, ...options }: ReadTaskParameters): Promise<Task> {
  const view = await readContract(chain, {
    ...options,
    address: ledger,
    abi: roundLedgerAbi,
    functionName: 'task',
    args: [task],
    doing: `read task ${task}`,
  })
  return { task, ...view }
}
