import { abortable } from '../abortable.ts'
import type { Chain } from '../connect-chain.ts'
import { translateChainError } from '../translate-chain-error.ts'
import { readAccounts } from './read-accounts.ts'
import type { ReadAccountsParameters } from './read-accounts.ts'
import type { StakeAccount } from './read-account.ts'

/**
 * The operators that may post now or take a seat over: registered, with at least the minimum operator bond.
 *
 * Errors: CONTRACT_NOT_FOUND, RPC_UNREACHABLE, CANCELLED.
 */
export async function readOperators(
  chain: Chain,
  parameters: Omit<ReadAccountsParameters, 'blockNumber'>,
): Promise<StakeAccount[]> {
  try {
    const blockNumber = await abortable(chain.publicClient.getBlockNumber(), parameters.signal)
    return (await readAccounts(chain, { ...parameters, blockNumber })).filter((account) => account.operatorEligible)
  } catch (error) {
    throw translateChainError(error, { doing: 'read the operators', rpcUrl: chain.rpcUrl })
  }
}
