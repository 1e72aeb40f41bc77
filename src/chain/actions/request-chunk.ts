import type { Hash, MemberLeaf, TaskSpec } from '../../protocol/index.ts'
import type { TransactionSender } from '../transactions/transaction-sender.ts'
import { requestFromCourt } from './request-from-court.ts'
import { specTuple } from './spec-tuple.ts'
import type { CourtRequestParameters, CourtRequestResult } from './request-from-court.ts'

export interface RequestChunkParameters extends CourtRequestParameters {
  spec: TaskSpec
  /** The members row whose update is asked for, with its path. */
  member: { row: bigint; leaf: MemberLeaf; path: readonly Hash[] }
  segment: bigint
}

/**
 * Asks for 8192 bytes of an available update.
 *
 * Errors: as `requestStakes`; `NotAvailable` for a row that is not available.
 *
 * @example
 * await requestChunk(sender, { court, token, task, round, claim, spec, member: openMember(parts, row), segment: 0n })
 */
export function requestChunk(sender: TransactionSender, parameters: RequestChunkParameters): Promise<CourtRequestResult> {
  const { spec, member, segment } = parameters
  return requestFromCourt(sender, parameters, 'requestChunk', [specTuple(spec), member, segment])
}
