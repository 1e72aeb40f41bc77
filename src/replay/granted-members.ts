import { readGranted } from '../chain/index.ts'
import type { Chain } from '../chain/index.ts'
import { QuorateError } from '../core/index.ts'
import { bucketTerms, requiredGrants } from '../protocol/index.ts'
import type { Address, TaskSpec } from '../protocol/index.ts'

/** Of which round, and of whom, grants are asked for. */
export interface GrantQuestion {
  /** Owner addresses, at most 128. */
  members: readonly Address[]
  /** Chain time at which the round opened. */
  openedAt: number
  signal?: AbortSignal | undefined
}

/** Which members had a grant when a round opened: bit i for member i. */
export type GrantedMembers = (question: GrantQuestion) => Promise<bigint>

/**
 * Who may train in the rounds of a task that asks for grants of data (docs/grants.md). The chain gives everybody the same answer, at any time after
 * the round opened.
 *
 * @returns undefined for a task that asks for none
 * @throws QuorateError SPEC_INVALID for a task that cannot ask for grants: a row that does not count would spoil its whole bucket
 * @example const granted = grantedMembers(chain, { id: 1n, spec, document })
 */
export function grantedMembers(
  chain: Chain,
  { id: task, spec, document }: { id: bigint; spec: Pick<TaskSpec, 'committee'>; document: string },
): GrantedMembers | undefined {
  const required = requiredGrants(document)
  if (!required) return undefined
  if (bucketTerms(spec))
    throw new QuorateError('SPEC_INVALID', `task ${task} asks for grants, and adds up updates in buckets: it cannot do both`)
  const { contract: grants, owners } = required
  // The second before the opening: what the chain says of it was fixed when the round opened.
  return async ({ members, openedAt, signal }) =>
    readGranted(chain, { grants, owners, task, members, time: openedAt - 1, signal })
}
