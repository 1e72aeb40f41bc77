import { roundLedgerAbi } from '../../src/chain/abi/roundLedger.ts'
import type { Address, Hash } from '../../src/protocol/types.ts'
import type { ChainFacts } from '../../src/why/index.ts'
import type { ChainClient } from './chain-client.ts'

/** What the chain has, and how sure it is. */
export interface ReadFacts extends ChainFacts {
  /** `ring`: the ledger names the claim hash today. `event`: the ledger only keeps 64 claims, and an event shows that the claim was posted. */
  from: 'ring' | 'event'
  final: boolean
}

/** Statuses of a round in the order of the contract. */
const [POSTED, FINAL, PRUNED] = [2, 3, 5]

export interface ReadChainFactsParameters {
  ledger: Address
  task: bigint
  round: bigint
  /** What the node says: the event of an older round is looked for by it. */
  claimHash: Hash
  fromBlock: bigint
}

/**
 * Reads claim hash and specification hash by the browser itself.
 *
 * @throws Error when the chain is another one, or has no such claim
 */
export async function readChainFacts(client: ChainClient, parameters: ReadChainFactsParameters): Promise<ReadFacts> {
  const { ledger, task, round, claimHash, fromBlock } = parameters
  const chainId = await client.getChainId()
  if (chainId !== client.chain.id) throw new Error(`this is chain ${chainId}; the task is on chain ${client.chain.id}`)
  const of = { address: ledger, abi: roundLedgerAbi } as const
  const [view, { specHash }] = await Promise.all([
    client.readContract({ ...of, functionName: 'round', args: [task, round] }),
    client.readContract({ ...of, functionName: 'task', args: [task] }),
  ])
  if (view.status === POSTED || view.status === FINAL) {
    return { claimHash: view.claimHash, specHash, from: 'ring', final: view.status === FINAL }
  }
  if (view.status !== PRUNED) throw new Error(`the ledger has no claim for round ${round}`)
  const posted = await client.getContractEvents({
    ...of,
    eventName: 'Posted',
    args: { task, round, claimHash },
    fromBlock,
    strict: true,
  })
  if (posted.length === 0) throw new Error(`no event of the ledger shows that ${claimHash} was posted for round ${round}`)
  return { claimHash, specHash, from: 'event', final: true }
}
