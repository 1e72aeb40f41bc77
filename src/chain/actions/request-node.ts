import type { CourtTree, Hash, TaskSpec } from '../../protocol/index.ts'
import type { TransactionSender } from '../transactions/transaction-sender.ts'
import { requestFromCourt } from './request-from-court.ts'
import { specTuple } from './spec-tuple.ts'
import type { CourtRequestParameters, CourtRequestResult } from './request-from-court.ts'

/** The first leaf of the trace: its length is the number of admitted rows. */
export interface StakesOpening {
  kind: number
  index: number
  words: readonly bigint[]
  position: bigint
  path: readonly Hash[]
}

export interface RequestNodeParameters extends CourtRequestParameters {
  spec: TaskSpec
  tree: CourtTree
  /** Distance from the root, 0 for the root itself. */
  level: number
  index: bigint
  /** For gram and trace. */
  stakes?: StakesOpening
}

/** For trees whose shape does not depend on the stakes. */
export const NO_STAKES: StakesOpening = { kind: 1, index: 0, words: [], position: 0n, path: [] }

/**
 * Asks for the nodes up to five levels below a node of a tree.
 *
 * Errors: as `requestStakes`; `NothingThere` for a part that an honest claim does not have.
 *
 * @example
 * await requestNode(sender, { court, token, task, round, claim, spec, tree: CourtTree.model, level: 0, index: 0n })
 */
export function requestNode(sender: TransactionSender, parameters: RequestNodeParameters): Promise<CourtRequestResult> {
  const { spec, tree, level, index, stakes = NO_STAKES } = parameters
  return requestFromCourt(sender, parameters, 'requestNode', [specTuple(spec), tree, level, index, stakes])
}
