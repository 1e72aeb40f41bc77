import { isQuorateError } from '../core/index.ts'

/** What the ledger says of a round that is not open any more. */
const OVER = ['NotCurrentRound', 'NoOpenRound']

/** Whether the ledger refused a transaction because the round that the transaction names is not the open one. */
export function isRoundOver(error: unknown): boolean {
  return isQuorateError(error, 'TRANSACTION_REVERTED') && OVER.includes(String(error.details['error']))
}

/** What the ledger says when its round has moved on, and the event that says so is on its way to the node. */
const AHEAD = [...OVER, 'AlreadySealed', 'OtherForced']

/**
 * Whether the ledger refused a transaction because the chain was ahead of the node: the round is over or sealed, or somebody forced a commitment. The node
 * hears of it with the next block, so nothing is wrong yet.
 */
export function isChainAhead(error: unknown): boolean {
  return isQuorateError(error, 'TRANSACTION_REVERTED') && AHEAD.includes(String(error.details['error']))
}
