import type { Address, Hash } from '../../../protocol/types.ts'
import { dataGrantsAbi } from '../../abi/index.ts'
import type { Chain } from '../../connect-chain.ts'
import { readContract } from '../read-contract.ts'
import type { ReadOptions } from '../read-contract.ts'

export interface ReadGrantsParameters extends ReadOptions {
  grants: Address
}

/** Access of one member to one data set for one task. */
export interface DataGrant {
  grant: Hash
  dataSet: Hash
  task: bigint
  grantee: Address
  /** Unix second; 0 for a grant with a price that nobody funded yet. */
  from: number
  /** Unix second from which it is over. */
  until: number
  /** Of a round, token wei. */
  price: bigint
  /** Paid in and not charged, token wei. */
  left: bigint
}

/** Registry, ledger and token of a `DataGrants`. Errors: CONTRACT_NOT_FOUND, RPC_UNREACHABLE, CANCELLED. */
export async function readDataGrants(
  chain: Chain,
  { grants, ...options }: ReadGrantsParameters,
): Promise<{ registry: Address; ledger: Address; token: Address; settlement: number }> {
  const at = { ...options, address: grants, abi: dataGrantsAbi, args: [], doing: `read the grants of ${grants}` } as const
  const [registry, ledger, token, settlement] = await Promise.all([
    readContract(chain, { ...at, functionName: 'registry' }),
    readContract(chain, { ...at, functionName: 'ledger' }),
    readContract(chain, { ...at, functionName: 'token' }),
    readContract(chain, { ...at, functionName: 'SETTLEMENT' }),
  ])
  return { registry, ledger, token, settlement }
}

/** A data set as registered. Errors: TRANSACTION_REVERTED with `UnknownDataSet`, and those of `readDataGrants`. */
export async function readDataSet(
  chain: Chain,
  { grants, dataSet, ...options }: ReadGrantsParameters & { dataSet: Hash },
): Promise<{ owner: Address; registeredAt: number; root: Hash; terms: Hash }> {
  const at = { ...options, address: grants, abi: dataGrantsAbi, doing: `read data set ${dataSet}` } as const
  return readContract(chain, { ...at, functionName: 'dataSetOf', args: [dataSet] })
}

/** A grant by its name. Errors: TRANSACTION_REVERTED with `UnknownGrant`, and those of `readDataGrants`. */
export async function readDataGrant(
  chain: Chain,
  { grants, grant, ...options }: ReadGrantsParameters & { grant: Hash },
): Promise<DataGrant> {
  const at = { ...options, address: grants, abi: dataGrantsAbi, doing: `read grant ${grant}` } as const
  return { grant, ...(await readContract(chain, { ...at, functionName: 'grantOf', args: [grant] })) }
}

/** All grants of an owner to a member for a task, oldest first. Errors as `readDataGrants`. */
export async function readGrantsOf(
  chain: Chain,
  { grants, owner, task, grantee, ...options }: ReadGrantsParameters & { owner: Address; task: bigint; grantee: Address },
): Promise<DataGrant[]> {
  const at = { ...options, address: grants, abi: dataGrantsAbi, doing: `read the grants of ${owner}` } as const
  const names = await readContract(chain, { ...at, functionName: 'grantsOf', args: [owner, task, grantee] })
  return Promise.all(names.map(async (grant) => readDataGrant(chain, { ...options, grants, grant })))
}

export interface ReadGrantedParameters extends ReadGrantsParameters {
  /** Whose grants count. */
  owners: readonly Address[]
  task: bigint
  /** Owner addresses, at most 128. */
  members: readonly Address[]
  /** Unix second in the past. For a round, the second before it opened. */
  time: number
}

/**
 * Which members had a grant of one of the owners in a past second: bit i for member i. The answer about a second never changes, so
 * everybody gets the same one.
 *
 * Errors: TRANSACTION_REVERTED with `NotPast` while the chain has no block after that second, and those of `readDataGrants`.
 */
export async function readGranted(
  chain: Chain,
  { grants, owners, task, members, time, ...options }: ReadGrantedParameters,
): Promise<bigint> {
  const at = { ...options, address: grants, abi: dataGrantsAbi, doing: `read who has grants for task ${task}` } as const
  if (members.length === 0) return 0n
  return readContract(chain, { ...at, functionName: 'grantedAt', args: [owners, task, members, time] })
}
