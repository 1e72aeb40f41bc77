import { courtRequestId } from '../../protocol/index.ts'
import { dataCourtAbi } from '../abi/index.ts'
import type { TransactionResult, TransactionSender } from '../transactions/transaction-sender.ts'
import type { EndRequestParameters } from './expire-request.ts'

/**
 * Gives the bond of an open request back to its requester, once the claim is final or was rejected for another reason. Sender: anyone.
 *
 * Errors: TRANSACTION_REVERTED with `ClaimStands` or `NotOpen`, and those of every write.
 */
export function refundRequest(sender: TransactionSender, parameters: EndRequestParameters): Promise<TransactionResult> {
  const { court, target, signal } = parameters
  return sender.write({
    key: `refund:${courtRequestId(target)}`,
    doing: `get the bond of a request about round ${target.round} back`,
    to: court,
    abi: dataCourtAbi,
    functionName: 'refund',
    args: [target],
    signal,
  })
}
