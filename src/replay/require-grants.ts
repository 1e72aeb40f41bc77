import type { Chain } from '../chain/index.ts'
import { QuorateError } from '../core/index.ts'
import { committedRoots } from '../protocol/index.ts'
import type { RoundRecord, TaskSpec } from '../protocol/index.ts'
import { grantedMembers } from './granted-members.ts'

export interface RequireGrantsOptions {
  chain: Chain
  task: bigint
  spec: TaskSpec
  /** Canonical JSON of the task document. */
  document: string
  /** Checked already. */
  record: RoundRecord
  /** Chain time at which the round opened. */
  openedAt: number
  signal?: AbortSignal | undefined
}

/**
 * In a task that asks for grants of data: no update counted of a member that had none when the round opened. The attestations that let such an
 * update count are signed, so they say who broke the rule.
 *
 * @throws QuorateError GRANT_MISSING (details name the members, and who let their updates count)
 */
export async function requireGrants({
  chain,
  task,
  spec,
  document,
  record,
  openedAt,
  signal,
}: RequireGrantsOptions): Promise<void> {
  const granted = grantedMembers(chain, { id: task, spec, document })
  if (!granted) return
  const members = record.rows.map(({ member }) => member)
  const bits = await granted({ members, openedAt, signal })
  const wrong = committedRoots(record, spec).reduce(
    (rows, root, row) => (root === undefined ? rows : rows | ((bits & (1n << BigInt(row))) ^ (1n << BigInt(row)))),
    0n,
  )
  if (wrong === 0n) return
  const without = members.filter((_, row) => (wrong >> BigInt(row)) & 1n)
  const attesters = record.attestations.filter(({ held }) => (held & wrong) !== 0n).map(({ member }) => member)
  const { round } = record
  const message = `round ${round}: the updates of ${without.join(', ')} counted without a grant of data; ${attesters.join(', ')} let them count`
  throw new QuorateError('GRANT_MISSING', message, { details: { round: String(round), members: without, attesters } })
}
