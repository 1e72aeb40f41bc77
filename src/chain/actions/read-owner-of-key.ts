import { stakeVaultAbi } from '../abi/index.ts'
import type { Chain } from '../connect-chain.ts'
import type { Contracts } from '../contracts.ts'
import type { Address } from '../../protocol/types.ts'
import { readContract } from './read-contract.ts'
import type { ReadOptions } from './read-contract.ts'
import { QuorateError } from '../../core/index.ts'

export interface ReadOwnerOfKeyParameters extends ReadOptions {
  vault: Contracts['vault']
  operatorKey: Address
}

/**
 * The owner address an operator key acts for. Errors: KEY_NOT_REGISTERED when nobody has registered it, RPC_UNREACHABLE, CANCELLED.
 *
 * @example
 * const owner = await readOwnerOfKey(chain, { vault: contracts.vault, operatorKey: account.address })
 */
export async function readOwnerOfKey(
  chain: Chain,
  { vault, operatorKey, ...options }: ReadOwnerOfKeyParameters,
): Promise<Address> {
  const owner = await readContract(chain, {
    ...options,
    address: vault,
    abi: stakeVaultAbi,
    functionName: 'ownerOf',
    args: [operatorKey],
    doing: `read the owner of key ${operatorKey}`,
  })
  if (BigInt(owner) === 0n) {
    throw new QuorateError('KEY_NOT_REGISTERED', `the operator key ${operatorKey} is not registered in vault ${vault}`, {
      details: { operatorKey, vault },
    })
  }
  return owner
}
