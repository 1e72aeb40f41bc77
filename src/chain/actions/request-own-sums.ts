import type { Hash, MemberLeaf, TaskSpec } from '../../protocol/index.ts'
import type { TransactionSender } from '../transactions/transaction-sender.ts'
import { requestFromCourt } from './request-from-court.ts'
import { specTuple } from './spec-tuple.ts'
import type { CourtRequestParameters, CourtRequestResult } from './request-from-court.ts'

export interface RequestOwnSumsParameters extends CourtRequestParameters {
  spec: TaskSpec
  /** The members row that is inadmissible for its norm, with its path. */
  member: { row: bigint; leaf: MemberLeaf; path: readonly Hash[] }
  /** Distance from the node that `reasonArg` hashes: 1 for the root of the row's tree; 0 where an update has one segment. */
  level: number
  index: bigint
}

/**
 * Asks for the sum nodes up to five levels below (and with) a node of a row's own sum tree, with the nodes above it.
 *
 * Errors: as `requestStakes`; `NotAvailable` for a row with another reason, `NothingThere` below the last level.
 *
 * @example
 * await requestOwnSums(sender, { court, token, task, round, claim, spec, member: openMember(parts, row), level: 1, index: 0n })
 */
export function requestOwnSums(sender: TransactionSender, parameters: RequestOwnSumsParameters): Promise<CourtRequestResult> {
  const { spec, member, level, index } = parameters
  return requestFromCourt(sender, parameters, 'requestOwnSums', [specTuple(spec), member, level, index])
}
