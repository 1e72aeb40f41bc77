import type { AgentAction } from '../../../protocol/agents/index.ts'
import type { Address } from '../../../protocol/types.ts'
import { guardedExecutorAbi } from '../../abi/index.ts'
import type { Chain } from '../../connect-chain.ts'
import { readContract } from '../read-contract.ts'
import type { ReadOptions } from '../read-contract.ts'
import { STAGES } from './limit-agent.ts'
import type { AgentLimits } from './limit-agent.ts'
import { REASONS } from './reasons.ts'
import type { Reason } from './reasons.ts'

interface OfExecutor extends ReadOptions {
  executor: Address
}

/** Limits of an agent, the nonce of its next action, and the breaker. Errors: CONTRACT_NOT_FOUND, RPC_UNREACHABLE, CANCELLED. */
export async function readAgent(
  chain: Chain,
  { executor, agent, ...options }: OfExecutor & { agent: Address },
): Promise<{ limits: AgentLimits; nextNonce: bigint; tripped: boolean; guardian: Address }> {
  const at = { ...options, address: executor, abi: guardedExecutorAbi, doing: `read agent ${agent}` } as const
  const [limits, nextNonce, tripped, guardian] = await Promise.all([
    readContract(chain, { ...at, functionName: 'limitsOf', args: [agent] }),
    readContract(chain, { ...at, functionName: 'nextNonce', args: [agent] }),
    readContract(chain, { ...at, functionName: 'tripped', args: [] }),
    readContract(chain, { ...at, functionName: 'guardian', args: [] }),
  ])
  return { limits: { ...limits, stage: STAGES[limits.stage]! }, nextNonce, tripped, guardian }
}

/** What is in the way of an action now: `none` where it would execute. Errors as `readAgent`. */
export async function validateAction(
  chain: Chain,
  { executor, action, ...options }: OfExecutor & { action: AgentAction },
): Promise<Reason> {
  const at = { ...options, address: executor, abi: guardedExecutorAbi, doing: 'validate an action' } as const
  return REASONS[await readContract(chain, { ...at, functionName: 'validate', args: [action] })]!
}
