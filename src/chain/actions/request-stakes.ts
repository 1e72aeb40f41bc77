import type { TransactionSender } from '../transactions/transaction-sender.ts'
import { requestFromCourt } from './request-from-court.ts'
import type { CourtRequestParameters, CourtRequestResult } from './request-from-court.ts'

/**
 * Asks for the first leaf of the trace: the stakes of the admitted rows, which requests about gram and trace need.
 *
 * Errors: TOKEN_BALANCE_TOO_LOW, TRANSACTION_REVERTED with `TooLate`, `AlreadyRequested`, `NotDisputable` …, and those of every write.
 *
 * @example
 * const { id, deadline } = await requestStakes(sender, { court, token, task: 1n, round: 7n, claim })
 */
export function requestStakes(sender: TransactionSender, parameters: CourtRequestParameters): Promise<CourtRequestResult> {
  return requestFromCourt(sender, parameters, 'requestStakes')
}
