import type { TransactionSender } from '../transactions/transaction-sender.ts'
import { requestFromCourt } from './request-from-court.ts'
import { specTuple } from './spec-tuple.ts'
import type { CourtRequestResult } from './request-from-court.ts'
import { NO_STAKES } from './request-node.ts'
import type { RequestNodeParameters } from './request-node.ts'

export type RequestLeafParameters = Omit<RequestNodeParameters, 'level'>

/**
 * Asks for the preimage of a leaf of the members, gram, trace, transition or ledger tree; of a members row, also why it may stand.
 *
 * Errors: as `requestStakes`; `NothingThere` and `WrongTree` for what cannot be asked for.
 *
 * @example
 * await requestLeaf(sender, { court, token, task, round, claim, spec, tree: CourtTree.members, index: 3n })
 */
export function requestLeaf(sender: TransactionSender, parameters: RequestLeafParameters): Promise<CourtRequestResult> {
  const { spec, tree, index, stakes = NO_STAKES } = parameters
  return requestFromCourt(sender, parameters, 'requestLeaf', [specTuple(spec), tree, index, stakes])
}
