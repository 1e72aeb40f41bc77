import { zeroAddress } from 'viem'
import { roundLedgerAbi, stakeVaultAbi } from '../abi/index.ts'
import { abortable } from '../abortable.ts'
import type { Chain } from '../connect-chain.ts'
import type { Contracts } from '../contracts.ts'
import { QuorateError } from '../../core/index.ts'
import type { Address } from '../../protocol/types.ts'
import { readTask } from './read-task.ts'
import { translateChainError } from '../translate-chain-error.ts'

export interface FindContractsParameters {
  ledger: Address
  /** Whose judge is wanted: each task names its own. Without it `judge` is the zero address. */
  task?: bigint
  signal?: AbortSignal
}

/**
 * The contracts of the deployment whose ledger is at an address.
 *
 * Errors: CONTRACT_NOT_FOUND when there is no code or no ledger, TRANSACTION_REVERTED with `UnknownTask`, RPC_UNREACHABLE, CANCELLED.
 *
 * @example
 * const contracts = await findContracts(chain, { ledger: config.ledger, task: 1n })
 */
export async function findContracts(chain: Chain, { ledger, task, signal }: FindContractsParameters): Promise<Contracts> {
  const { publicClient, rpcUrl, chainId } = chain
  const notLedger = (reason: string, cause?: unknown) =>
    new QuorateError('CONTRACT_NOT_FOUND', `${ledger} on chain ${chainId} ${reason}`, { details: { ledger, chainId }, cause })
  let found: Omit<Contracts, 'judge'>
  try {
    const code = await abortable(publicClient.getCode({ address: ledger }), signal)
    if (code === undefined || code === '0x') throw notLedger('has no contract code')
    const read = <name extends 'vault' | 'distributor'>(functionName: name) =>
      publicClient.readContract({ address: ledger, abi: roundLedgerAbi, functionName })
    const [vault, distributor] = await abortable(Promise.all([read('vault'), read('distributor')]), signal)
    const token = await abortable(
      publicClient.readContract({ address: vault, abi: stakeVaultAbi, functionName: 'token' }),
      signal,
    )
    found = { ledger, vault, distributor, token }
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
  const judge = task === undefined ? zeroAddress : (await readTask(chain, { ledger, task, signal })).judge
  return { ...found, judge }
}
