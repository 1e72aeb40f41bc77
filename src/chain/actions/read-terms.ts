import type { Address } from '../../protocol/types.ts'
import { roundLedgerAbi } from '../abi/index.ts'
import type { Chain } from '../connect-chain.ts'
import type { Contracts } from '../contracts.ts'
import { readContract } from './read-contract.ts'
import type { ReadOptions } from './read-contract.ts'

/** What voters may change of a task for rounds to come. Token wei. */
export interface Terms {
  judge: Address
  falseClaimPenalty: bigint
  faultPenalty: bigint
  bountyBps: number
}

const LAST_ROUND = (1n << 64n) - 1n

/**
 * The terms of a round; without one, those of every round that is not open yet.
 *
 * Errors: TRANSACTION_REVERTED with `UnknownTask`, CONTRACT_NOT_FOUND, RPC_UNREACHABLE, CANCELLED.
 *
 * @example
 * const { judge } = await readTerms(chain, { ledger, task: 1n, round: 7n }) // who may reject round 7
 */
export async function readTerms(
  chain: Chain,
  { ledger, task, round = LAST_ROUND, ...options }: ReadOptions & Pick<Contracts, 'ledger'> & { task: bigint; round?: bigint },
): Promise<Terms> {
  const doing = `read the terms of task ${task}`
  return readContract(chain, {
    ...options,
    address: ledger,
    abi: roundLedgerAbi,
    functionName: 'terms',
    args: [task, round],
    doing,
  })
}
