import type { Hash, TaskSpec } from '../../protocol/index.ts'
import type { TransactionSender } from '../transactions/transaction-sender.ts'
import { requestFromCourt } from './request-from-court.ts'
import { specTuple } from './spec-tuple.ts'
import type { CourtRequestParameters, CourtRequestResult } from './request-from-court.ts'

export interface RequestSumsParameters extends CourtRequestParameters {
  spec: TaskSpec
  /** The pair's leaf in the gram tree, with its path. */
  pair: { hash: Hash; product: bigint; pair: bigint; position: bigint; path: readonly Hash[] }
  /** Distance from the pair's root, 0 for the root itself. */
  level: number
  index: bigint
}

/**
 * Asks for the sum nodes up to five levels below (and with) a node of a pair's sum tree.
 *
 * Errors: as `requestStakes`; `NothingThere` below the last level.
 *
 * @example
 * await requestSums(sender, { court, token, task, round, claim, spec, pair: openPair(parts, 0, 0), level: 0, index: 0n })
 */
export function requestSums(sender: TransactionSender, parameters: RequestSumsParameters): Promise<CourtRequestResult> {
  const { spec, pair, level, index } = parameters
  return requestFromCourt(sender, parameters, 'requestSums', [specTuple(spec), pair, level, index])
}
