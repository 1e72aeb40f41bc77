import { parseEventLogs } from 'viem'
import type { Claim, Hash, LedgerLeaf } from '../../protocol/types.ts'
import { LEDGER_DEPTH } from '../../protocol/types.ts'
import { QuorateError } from '../../core/index.ts'
import { rewardDistributorAbi } from '../abi/index.ts'
import type { Contracts } from '../contracts.ts'
import type { TransactionResult, TransactionSender, WriteOptions } from '../transactions/transaction-sender.ts'

export interface ClaimRewardParameters extends WriteOptions {
  distributor: Contracts['distributor']
  task: bigint
  /** A final round in the ledger's ring: the latest collects everything. */
  round: bigint
  claim: Claim
  /** The member's row of the ledger tree and its slot. */
  leaf: LedgerLeaf
  slot: number
  /** Ten siblings, from the leaf up. */
  proof: readonly Hash[]
}

type Proof = readonly [Hash, Hash, Hash, Hash, Hash, Hash, Hash, Hash, Hash, Hash]

/**
 * Pays a member the reward in its leaf of the ledger tree, less earlier payments. Any account may send it; the member
 * receives the payment.
 *
 * Errors: NOTHING_TO_CLAIM, ROUND_NOT_FINAL, TRANSACTION_REVERTED with `WrongProof`, and those of every write.
 *
 * @example
 * const { amount } = await claimReward(sender, { distributor, task: 1n, round, claim, leaf, slot, proof })
 */
export async function claimReward(
  sender: TransactionSender,
  parameters: ClaimRewardParameters,
): Promise<TransactionResult & { amount: bigint }> {
  const { distributor, task, round, claim, leaf, slot, proof, signal } = parameters
  if (proof.length !== LEDGER_DEPTH) {
    throw new QuorateError('INTERNAL', `a ledger proof has ${LEDGER_DEPTH} siblings, not ${proof.length}`)
  }
  const result = await sender.write({
    doing: `collect the rewards of ${leaf.member}`,
    to: distributor,
    abi: rewardDistributorAbi,
    functionName: 'claim',
    args: [task, round, claim, leaf, BigInt(slot), proof as Proof],
    signal,
  })
  const [paid] = parseEventLogs({ abi: rewardDistributorAbi, eventName: 'Claimed', logs: [...result.logs] })
  return { ...result, amount: paid!.args.amount }
}
