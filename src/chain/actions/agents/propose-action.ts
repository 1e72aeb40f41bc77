import { parseEventLogs } from 'viem'
import type { AgentAction } from '../../../protocol/agents/index.ts'
import type { Address, Hash, Hex } from '../../../protocol/types.ts'
import { guardedExecutorAbi } from '../../abi/index.ts'
import type { TransactionResult, TransactionSender, WriteOptions } from '../../transactions/transaction-sender.ts'

interface OnExecutor extends WriteOptions {
  executor: Address
  action: AgentAction
}

/** Proposes an action that its agent signed. Any account may. Errors: TRANSACTION_REVERTED with `WrongSignature` or `WrongNonce`, and those of every write. */
export async function proposeAction(
  sender: TransactionSender,
  { executor, action, signature, signal }: OnExecutor & { signature: Hex },
): Promise<TransactionResult & { id: Hash }> {
  const args = [action, signature] as const
  const doing = `propose action ${action.nonce} of agent ${action.agent}`
  const result = await sender.write({ doing, to: executor, abi: guardedExecutorAbi, functionName: 'propose', args, signal })
  const [proposed] = parseEventLogs({ abi: guardedExecutorAbi, eventName: 'Proposed', logs: [...result.logs] })
  return { ...result, id: proposed!.args.action }
}

/**
 * Executes a proposed action. Any account may. A stale or extreme score trips the breaker instead.
 *
 * Errors: TRANSACTION_REVERTED with `Refused` or `CallFailed`, and those of every write.
 */
export async function executeAction(
  sender: TransactionSender,
  { executor, action, signal }: OnExecutor,
): Promise<TransactionResult & { outcome: 'executed' | 'shadowed' | 'tripped' }> {
  const doing = `execute action ${action.nonce} of agent ${action.agent}`
  const request = { doing, to: executor, abi: guardedExecutorAbi, functionName: 'execute', args: [action], signal } as const
  const result = await sender.write(request)
  const events = parseEventLogs({ abi: guardedExecutorAbi, logs: [...result.logs] }).map(({ eventName }) => eventName)
  const outcome = events.includes('BreakerTripped') ? 'tripped' : events.includes('Shadowed') ? 'shadowed' : 'executed'
  return { ...result, outcome }
}
