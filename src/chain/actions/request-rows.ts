import type { TransactionSender } from '../transactions/transaction-sender.ts'
import { requestFromCourt } from './request-from-court.ts'
import type { CourtRequestParameters, CourtRequestResult } from './request-from-court.ts'

export interface RequestRowsParameters extends CourtRequestParameters {
  /** Rows 16 · group … 16 · group + 15. */
  group: bigint
}

/**
 * Asks for up to 16 members rows, and why each may stand.
 *
 * Errors: as `requestStakes`; `NothingThere` past the claim's last row.
 *
 * @example
 * await requestRows(sender, { court, token, task, round, claim, group: 0n })
 */
export function requestRows(sender: TransactionSender, parameters: RequestRowsParameters): Promise<CourtRequestResult> {
  return requestFromCourt(sender, parameters, 'requestRows', [parameters.group])
}
