import { encodeEventTopics } from 'viem'
import { lowerHex } from '../../protocol/bytes.ts'
import type { Address, Hash } from '../../protocol/types.ts'
import { stakeVaultAbi } from '../abi/index.ts'
import type { Chain } from '../connect-chain.ts'
import type { Contracts } from '../contracts.ts'
import { toLedgerEvent } from '../events/ledger-event.ts'
import { readLogs } from '../events/read-logs.ts'
import { readAccount } from './read-account.ts'
import type { StakeAccount } from './read-account.ts'

export interface ReadAccountsParameters {
  vault: Contracts['vault']
  task: bigint
  /** Where to begin looking for allocations; default 0. */
  fromBlock?: bigint
  /** The state after this block. */
  blockNumber: bigint
  /** Of that block. */
  blockHash?: Hash
  signal?: AbortSignal
}

/** Every account that ever joined the task, by its first allocation. Errors: CONTRACT_NOT_FOUND, RPC_UNREACHABLE, CANCELLED. */
export async function readAccounts(chain: Chain, parameters: ReadAccountsParameters): Promise<StakeAccount[]> {
  const { vault, task, fromBlock = 0n, blockNumber, blockHash, signal } = parameters
  const topics = encodeEventTopics({ abi: stakeVaultAbi, eventName: 'Allocated', args: { task } })
  const logs = await readLogs(chain, { address: vault, topics, fromBlock, toBlock: blockNumber, signal })
  const owners = new Map<Address, Address>()
  for (const log of logs) {
    const event = toLedgerEvent(log, { vault })
    if (event?.type === 'allocated') owners.set(lowerHex(event.owner), event.owner)
  }
  const block = { blockNumber, blockHash, signal }
  return Promise.all([...owners.values()].map((owner) => readAccount(chain, { vault, task, owner, ...block })))
}
