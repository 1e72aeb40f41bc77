import type { EvidenceStatus } from './read-evidence.ts'

/**
 * Evidence across rounds as a table, or one line with the reason why it is not shown.
 *
 * @param newest round of the newest claim that stands; 0 without one
 */
export function evidenceLines(
  status: EvidenceStatus,
  rows: readonly { slot: number; member: string }[],
  newest: bigint,
): string[] {
  if ('missing' in status) return [`Evidence across rounds is not shown: ${status.missing}`]
  const { round, members } = status
  if (newest === 0n) return ['Evidence across rounds: none before the first claim']
  return [
    `Evidence across rounds after round ${round}, checked against the chain's ledger root${round < newest ? `; the folder does not contain round ${newest}` : ''}`,
    'slot  member                                      e-value  strikes  quarantined      times',
    ...rows.map(({ slot, member }, i) => {
      const { eValue, strikes, quarantined, until, times } = members[i]!
      return [
        String(slot).padStart(4),
        member,
        eValue.toPrecision(3).padStart(7),
        strikes.toFixed(2).padStart(7),
        (quarantined ? `until round ${until}` : 'no').padEnd(15),
        String(times).padStart(5),
      ].join('  ')
    }),
  ]
}
