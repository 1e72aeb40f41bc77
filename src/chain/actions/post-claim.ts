import { lowerHex } from '../../protocol/bytes.ts'
import { claimHash } from '../../protocol/claim.ts'
import type { Claim, Hash } from '../../protocol/types.ts'
import { roundLedgerAbi } from '../abi/index.ts'
import type { Contracts } from '../contracts.ts'
import { isRoundOver } from '../round-over.ts'
import { resultOf } from '../transactions/transaction-sender.ts'
import type { TransactionResult, TransactionSender, WriteOptions } from '../transactions/transaction-sender.ts'
import { readClaim } from './read-claim.ts'

export interface PostClaimParameters extends WriteOptions {
  ledger: Contracts['ledger']
  task: bigint
  round: bigint
  /** Chain time of the opening that the claim was made for. */
  openedAt: number
  /** The digest that was sealed. */
  digest: Hash
  claim: Claim
}

/**
 * Posts the claim of the sealed round, journalled by round and claim. Sender: the operator key.
 *
 * Call it again after a crash: it finds the transaction of the earlier run, or that this very claim stands already, and answers with
 * that transaction (`recovered`). It never posts twice.
 *
 * Errors: KEY_NOT_BONDED, TRANSACTION_REVERTED with `NotCurrentRound` (the round ended), `NoOpenRound`, `OtherOpening`, `OtherSeal`,
 * `WrongParent`, `TooLate`, `NotHolder` or `RewardTooHigh`, and those of every write.
 *
 * @example
 * const { hash, gasUsed } = await postClaim(sender, { ledger, task: 1n, round: 7n, openedAt, digest, claim })
 */
export async function postClaim(sender: TransactionSender, parameters: PostClaimParameters): Promise<TransactionResult> {
  const { ledger, task, round, openedAt, digest, claim, signal } = parameters
  try {
    return await sender.write({
      key: `post:${task}:${round}:${openedAt}:${claimHash(task, round, claim)}`,
      doing: `post round ${round} of task ${task}`,
      to: ledger,
      abi: roundLedgerAbi,
      functionName: 'post',
      args: [task, round, openedAt, digest, claim],
      signal,
    })
  } catch (error) {
    if (!isRoundOver(error)) throw error
    const standing = await readClaim(sender.chain, { ledger, task, round, signal })
    if (standing === undefined || lowerHex(standing.claimHash) !== lowerHex(claimHash(task, round, claim))) throw error
    return resultOf(await sender.chain.publicClient.getTransactionReceipt({ hash: standing.transactionHash }), true)
  }
}
