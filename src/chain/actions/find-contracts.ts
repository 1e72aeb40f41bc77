import { roundLedgerAbi, stakeVaultAbi } from '../abi/index.ts'
import { abortable } from '../abortable.ts'
import type { Chain } from '../connect-chain.ts'
import type { Contracts } from '../contracts.ts'
import { QuorateError } from '../../core/index.ts'
import type { Address } from '../../protocol/types.ts'
import { translateChainError } from '../translate-chain-error.ts'

export interface FindContractsParameters {
  ledger: Address
  signal?: AbortSignal
}

/**
 * The contracts of the deployment whose ledger is at an address.
 *
 * Errors: CONTRACT_NOT_FOUND when there is no code or no ledger, RPC_UNREACHABLE, CANCELLED.
 *
 * @example
 * const contracts = await findContracts(chain, { ledger: config.ledger })
 */
export async function findContracts(chain: Chain, { ledger, signal }: FindContractsParameters): Promise<Contracts> {
  const { publicClient, rpcUrl, chainId } = chain
  const notLedger = (reason: string, cause?: unknown) =>
    new QuorateError('CONTRACT_NOT_FOUND', `${ledger} on chain ${chainId} ${reason}`, { details: { ledger, chainId }, cause })
  try {
    const code = await abortable(publicClient.getCode({ address: ledger }), signal)
    if (code === undefined || code === '0x') throw notLedger('holds no contract')
    const read = <name extends 'vault' | 'distributor'>(functionName: name) =>
      publicClient.readContract({ address: ledger, abi: roundLedgerAbi, functionName })
    const [vault, distributor] = await abortable(Promise.all([read('vault'), read('distributor')]), signal)
    const token = await abortable(
      publicClient.readContract({ address: vault, abi: stakeVaultAbi, functionName: 'token' }),
      signal,
    )
    return { ledger, vault, distributor, token }
  } catch (error) {
    const translated = translateChainError(error, {
      doing: `find the contracts of ledger ${ledger}`,
      rpcUrl,
      details: { ledger, chainId },
    })
    // A contract without these functions reverts.
    if (translated.code === 'TRANSACTION_REVERTED') throw notLedger('is not a Quorate ledger', error)
    throw translated
  }
}
