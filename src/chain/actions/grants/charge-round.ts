import { parseEventLogs } from 'viem'
import { QuorateError } from '../../../core/index.ts'
import type { Address, Claim, Hash, MemberLeaf } from '../../../protocol/types.ts'
import { MEMBERS_DEPTH } from '../../../protocol/types.ts'
import { dataGrantsAbi } from '../../abi/index.ts'
import type { TransactionResult, TransactionSender, WriteOptions } from '../../transactions/transaction-sender.ts'
import type { OnGrant } from './fund-grant.ts'

export interface ChargeRoundParameters extends OnGrant {
  round: bigint
  /** The final claim of the round, as posted. */
  claim: Claim
  /** The grantee's row of it. */
  leaf: MemberLeaf
  row: number
  /** Siblings, from the leaf up. */
  proof: readonly Hash[]
}

/**
 * Owes the owner of the data set the price of one round; `collectPayout` pays it. Any account may send it.
 *
 * Errors: ROUND_NOT_FINAL; TRANSACTION_REVERTED with `NotUsed`, `NotUnderGrant`, `AlreadyCharged`, `TooLittle` or `GrantIsFree`, and those of every write.
 */
export async function chargeRound(
  sender: TransactionSender,
  { grants, grant, round, claim, leaf, row, proof, signal }: ChargeRoundParameters,
): Promise<TransactionResult & { owner: Address; price: bigint; left: bigint }> {
  if (proof.length !== MEMBERS_DEPTH)
    throw new QuorateError('INTERNAL', `a proof of a members row has ${MEMBERS_DEPTH} siblings, not ${proof.length}`)
  const result = await sender.write({
    doing: `charge round ${round} to grant ${grant}`,
    to: grants,
    abi: dataGrantsAbi,
    functionName: 'charge',
    args: [grant, round, claim, leaf, BigInt(row), proof as never],
    signal,
  })
  const [paid] = parseEventLogs({ abi: dataGrantsAbi, eventName: 'Charged', logs: [...result.logs] })
  const { owner, price, left } = paid!.args
  return { ...result, owner, price, left }
}

/** Remembers when the round of a posted claim opened, so that it can be charged after the ledger has forgotten it. Errors: TRANSACTION_REVERTED with `NoClaim`, and those of every write. */
export async function noteRound(
  sender: TransactionSender,
  { grants, task, round, signal }: WriteOptions & { grants: Address; task: bigint; round: bigint },
): Promise<TransactionResult> {
  const doing = `note when round ${round} of task ${task} opened`
  return sender.write({ doing, to: grants, abi: dataGrantsAbi, functionName: 'note', args: [task, round], signal })
}
