import { stakeVaultAbi } from '../abi/index.ts'
import type { Chain } from '../connect-chain.ts'
import type { Contracts } from '../contracts.ts'
import type { Address } from '../../protocol/types.ts'
import { readContract } from './read-contract.ts'
import type { ReadOptions } from './read-contract.ts'

export interface ReadKeyAtParameters extends ReadOptions {
  vault: Contracts['vault']
  owner: Address
  /** Unix second that has passed; a round's is `CurrentRound.snapshot`. */
  timepoint: number
}

/**
 * The key that signs for an account in a round: the one at the end of the round's snapshot second. Judge and court ask the same function, so a key
 * that was registered later binds nobody and is believed by nobody. Zero if none was registered then.
 *
 * Errors: TRANSACTION_REVERTED with `FutureLookup` for a timepoint that has not passed, RPC_UNREACHABLE, CANCELLED.
 */
export async function readKeyAt(chain: Chain, { vault, owner, timepoint, ...options }: ReadKeyAtParameters): Promise<Address> {
  const args = [owner, BigInt(timepoint)] as const
  const doing = `read the key of ${owner} at ${timepoint}`
  return readContract(chain, { ...options, address: vault, abi: stakeVaultAbi, functionName: 'keyAt', args, doing })
}
