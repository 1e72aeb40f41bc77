import { isQuorateError } from '../core/index.ts'

/** What the ledger says of a round that is not open any more. */
const OVER = ['NotCurrentRound', 'NoOpenRound']

/** Whether the ledger refused a transaction because the round that the transaction names is not the open one. */
export function isRoundOver(error: unknown): boolean {
  return isQuorateError(error, 'TRANSACTION_REVERTED') && OVER.includes(String(error.details['error']))
}
