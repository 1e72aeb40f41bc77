import { signingFor, signTyped, typedDigest } from '../statements/index.ts'
import type { ContractDomain, DigestSigner, TypedData } from '../statements/index.ts'
import type { Address, Hash, Hex } from '../types.ts'

/** A call that an agent wants a `GuardedExecutor` to make. */
export interface AgentAction {
  agent: Address
  target: Address
  /** Native currency sent along, wei. */
  value: bigint
  data: Hex
  /** Whose score decides. */
  subject: Hash
  /** The agent's, from 0 on without gaps. */
  nonce: bigint
  /** Unix second from which the action does not execute. */
  expiry: bigint
}

const ACTION = {
  name: 'AgentAction',
  fields: {
    agent: 'address',
    target: 'address',
    value: 'uint128',
    data: 'bytes',
    subject: 'bytes32',
    nonce: 'uint64',
    expiry: 'uint64',
  },
} as const satisfies TypedData

/** What the agent signs, and the name of the action. */
export function actionDigest(domain: ContractDomain, action: AgentAction): Hash {
  return typedDigest(signingFor(domain), ACTION, action)
}

/** @example const signature = await signAction({ chainId, contract: executor }, action, account) */
export async function signAction(domain: ContractDomain, action: AgentAction, account: DigestSigner): Promise<Hex> {
  return signTyped(signingFor(domain), ACTION, action, account)
}
