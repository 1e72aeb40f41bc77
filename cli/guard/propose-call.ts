import { accountFromKey, proposeAction, readAgent } from '../../src/chain/index.ts'
import type { TransactionSender } from '../../src/chain/index.ts'
import { loadKeyFile } from '../../src/config/index.ts'
import { lowerHex, signAction } from '../../src/protocol/index.ts'
import type { Address, AgentAction, Hash } from '../../src/protocol/index.ts'

export interface ProposedCall extends Pick<AgentAction, 'target' | 'data' | 'value' | 'subject'> {
  executor: Address
  /** Key of the agent, which also pays for the transaction. */
  keyFile: string
  /** Time in which the action may execute. */
  minutes: number
  signal: AbortSignal
}

/** Signs a call as the agent's next action, and proposes it. Errors: those of `proposeAction`. */
export async function proposeCall(
  sender: TransactionSender,
  { executor, keyFile, minutes, signal, ...call }: ProposedCall,
): Promise<{ id: Hash; action: AgentAction }> {
  const { chain } = sender
  const account = accountFromKey(await loadKeyFile(keyFile))
  const agent = lowerHex(account.address)
  const { nextNonce: nonce } = await readAgent(chain, { executor, agent, signal })
  const { timestamp } = await chain.publicClient.getBlock()
  const action = { agent, ...call, nonce, expiry: timestamp + 60n * BigInt(minutes) }
  const signature = await signAction({ chainId: chain.chainId, contract: executor }, action, account)
  const { id } = await proposeAction(sender, { executor, action, signature, signal })
  return { id, action }
}
