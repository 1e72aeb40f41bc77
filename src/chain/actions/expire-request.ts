import type { Address, CourtTarget } from '../../protocol/index.ts'
import { courtRequestId } from '../../protocol/index.ts'
import { dataCourtAbi } from '../abi/index.ts'
import type { TransactionResult, TransactionSender, WriteOptions } from '../transactions/transaction-sender.ts'

export interface EndRequestParameters extends WriteOptions {
  court: Address
  target: CourtTarget
}

/**
 * Rejects the claim that a request is about, because nobody answered in time: bond and bounty go to the requester. Sender: anyone.
 *
 * Errors: TRANSACTION_REVERTED with `TooEarly`, `NotOpen` (answered, or ended by another account) or `ClaimGone`
 * (rejected for another reason, or final: `refundRequest`), and those of every write.
 */
export function expireRequest(sender: TransactionSender, parameters: EndRequestParameters): Promise<TransactionResult> {
  const { court, target, signal } = parameters
  return sender.write({
    key: `expire:${courtRequestId(target)}`,
    doing: `reject round ${target.round} for withheld data`,
    to: court,
    abi: dataCourtAbi,
    functionName: 'expire',
    args: [target],
    signal,
  })
}
