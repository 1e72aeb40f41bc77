import { parseEventLogs } from 'viem'
import { QuorateError } from '../../../core/index.ts'
import type { Address } from '../../../protocol/types.ts'
import { LEDGER_DEPTH } from '../../../protocol/types.ts'
import { modelMarketAbi } from '../../abi/index.ts'
import type { TransactionResult, TransactionSender } from '../../transactions/transaction-sender.ts'
import type { ClaimRewardParameters } from '../claim-reward.ts'

export interface ClaimRevenueParameters extends Omit<ClaimRewardParameters, 'distributor'> {
  market: Address
}

/**
 * Pays the account of a leaf its share of all revenue of a model, less earlier payments. Any account may send it.
 *
 * Errors: NOTHING_TO_CLAIM, TRANSACTION_REVERTED with `WrongProof`, and those of every write.
 */
export async function claimRevenue(
  sender: TransactionSender,
  { market, task, round, claim, leaf, slot, proof, signal }: ClaimRevenueParameters,
): Promise<TransactionResult & { amount: bigint; total: bigint }> {
  if (proof.length !== LEDGER_DEPTH)
    throw new QuorateError('INTERNAL', `a ledger proof has ${LEDGER_DEPTH} siblings, not ${proof.length}`)
  const result = await sender.write({
    doing: `collect the revenue of ${leaf.member}`,
    to: market,
    abi: modelMarketAbi,
    functionName: 'claimRevenue',
    args: [task, round, claim, leaf, BigInt(slot), proof as never],
    signal,
  })
  const [paid] = parseEventLogs({ abi: modelMarketAbi, eventName: 'RevenueClaimed', logs: [...result.logs] })
  return { ...result, amount: paid!.args.amount, total: paid!.args.cumulative }
}
