import { lowerHex, sameAddress, ZERO_HASH } from '../../protocol/index.ts'
import type { Address } from '../../protocol/index.ts'
import type { EventOf } from './catalogue.ts'

type Row = EventOf<'replayed'>['rows'][number]

const REFUSED: Record<string, string> = {
  value: 'the update has a value outside −127…127, or padding that is not zero: check the program that trains',
  norm: 'the norm of the update is outside the bounds of the task: check the learning rate, the local steps and the data',
}

/**
 * The reason why a member's update does not count in a claim.
 *
 * @returns undefined when the update counted
 */
export function notCounted(round: bigint, rows: readonly Row[], member: Address): EventOf<'notCounted'> | undefined {
  const event = { event: 'notCounted', round, member: lowerHex(member) } as const
  const row = rows.find((one) => sameAddress(one.member, member))
  if (!row) {
    const reason =
      'the operator sealed the round without a commitment of this member, because the commitment came too late or not at all'
    return { ...event, verdict: 'unsealed', reason }
  }
  return row.weight > 0 ? undefined : { ...event, verdict: row.verdict, reason: reasonOf(row, rows) }
}

function reasonOf(row: Row, rows: readonly Row[]): string {
  switch (row.verdict) {
    case 'quarantined':
      return 'the member is quarantined: `quorate status --config FILE` shows the end'
    case 'unavailable':
      return 'too few members held the update in time: check that peers can dial the announced addresses of this node, and that it was online to reveal'
    case 'inadmissible': {
      const twin = rows.find((other) => other !== row && row.updateRoot !== ZERO_HASH && other.updateRoot === row.updateRoot)
      return twin
        ? `${lowerHex(twin.member)} sent the same update, and equal updates are all refused: train on your own data and set no seed`
        : (REFUSED[row.reason] ?? REFUSED['norm']!)
    }
    case 'rejected':
      return 'the rule rejected the update as an outlier: check data, labels and training settings'
    default:
      return 'the rule gave the update no weight in this round'
  }
}

/** The event of a claim in which no update counted. @returns undefined when an update counted */
export function emptyRound({
  round,
  claimHash,
  rows,
}: Pick<EventOf<'replayed'>, 'round' | 'claimHash' | 'rows'>): EventOf<'emptyRound'> | undefined {
  if (rows.some(({ weight }) => weight > 0)) return undefined
  const counts = new Map<string, number>()
  for (const { verdict } of rows) counts.set(verdict, (counts.get(verdict) ?? 0) + 1)
  const reason =
    rows.length === 0
      ? 'no member committed to an update in time'
      : `none of ${rows.length} updates counted: ${[...counts].map(([verdict, n]) => `${n} ${verdict}`).join(', ')}`
  return { event: 'emptyRound', round, claimHash, reason }
}
