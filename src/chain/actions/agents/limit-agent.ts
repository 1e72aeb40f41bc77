import type { Address, Hash, Hex } from '../../../protocol/types.ts'
import { guardedExecutorAbi } from '../../abi/index.ts'
import type { TransactionResult, TransactionSender, WriteOptions } from '../../transactions/transaction-sender.ts'

/** How far an agent is rolled out: nothing; checked, counted and not called; within caps on amounts; without these caps. */
export const STAGES = ['off', 'shadow', 'capped', 'full'] as const

export type Stage = (typeof STAGES)[number]

/** What an agent may do. Times are seconds. */
export interface AgentLimits {
  stage: Stage
  /** Between proposal and execution. */
  delay: number
  /** Between two executions. */
  cooldown: number
  window: number
  actionsPerWindow: number
  amountPerAction: bigint
  amountPerWindow: bigint
  /** Of the score oracle. */
  feed: Hash
  /** Scores below it execute. */
  threshold: bigint
  /** Scores from it on trip the breaker. */
  extreme: bigint
}

interface OnExecutor extends WriteOptions {
  executor: Address
}

/** Place of the amount among the arguments of a call that counts the native currency it sends. */
export const NATIVE_AMOUNT = 255

/** The call of `limitAgent`, for a sender or a vote. */
export function limitsCall({ executor, agent, limits }: { executor: Address; agent: Address; limits: AgentLimits }) {
  const args = [agent, { ...limits, stage: STAGES.indexOf(limits.stage) }] as const
  return { to: executor, abi: guardedExecutorAbi, functionName: 'setLimits', args } as const
}

/** Sets the limits of an agent. Sender: the owner. Errors: TRANSACTION_REVERTED with `NotOwner` or `BadLimits`, and those of every write. */
export async function limitAgent(
  sender: TransactionSender,
  { executor, agent, limits, signal }: OnExecutor & { agent: Address; limits: AgentLimits },
): Promise<TransactionResult> {
  const doing = `set the limits of agent ${agent}`
  return sender.write({ doing, ...limitsCall({ executor, agent, limits }), signal })
}

/** A call that an agent may make, or may make no more. */
export interface CallPermission {
  agent: Address
  target: Address
  selector: Hex
  allowed: boolean
  /** Place of the amount among the arguments, from 0 on, or `NATIVE_AMOUNT`. */
  amountWord: number
}

/** The call of `permitCall`, for a sender or a vote. */
export function permissionCall({
  executor,
  agent,
  target,
  selector,
  allowed,
  amountWord,
}: CallPermission & { executor: Address }) {
  const args = [agent, target, selector, { allowed, amountWord }] as const
  return { to: executor, abi: guardedExecutorAbi, functionName: 'setPermission', args } as const
}

/** Allows an agent a call, or forbids it. Sender: the owner. Errors as `limitAgent`. */
export async function permitCall(
  sender: TransactionSender,
  { signal, ...permission }: OnExecutor & CallPermission,
): Promise<TransactionResult> {
  const { agent, selector, target, allowed } = permission
  const doing = `${allowed ? 'allow' : 'forbid'} agent ${agent} call ${selector} of ${target}`
  return sender.write({ doing, ...permissionCall(permission), signal })
}
