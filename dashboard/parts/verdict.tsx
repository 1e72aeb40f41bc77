export type VerdictWord = 'quarantined' | 'unavailable' | 'inadmissible' | 'accepted' | 'downweighted' | 'rejected' | 'unsealed'

interface Mark {
  sign: string
  kind: 'good' | 'bad' | 'warn' | 'note'
  means: string
}

/** Each verdict has a sign of its own, so that colour is never the only one. */
export const VERDICT_MARKS: Record<VerdictWord, Mark> = {
  accepted: { sign: '✓', kind: 'good', means: 'counts and is paid' },
  downweighted: { sign: '◐', kind: 'good', means: 'counts for less than half of its stake, and is paid' },
  rejected: { sign: '✕', kind: 'bad', means: 'an outlier: no weight, no pay' },
  inadmissible: { sign: '!', kind: 'bad', means: 'a copy, forbidden values or a length out of bounds' },
  unavailable: { sign: '?', kind: 'warn', means: 'too few members hold the update' },
  quarantined: { sign: '‖', kind: 'warn', means: 'kept out by earlier rounds' },
  unsealed: { sign: '–', kind: 'note', means: 'no commitment in the list' },
}

export function VerdictBadge({ verdict }: { verdict: VerdictWord }) {
  const { sign, kind, means } = VERDICT_MARKS[verdict]
  return (
    <span class={`badge ${kind}`} title={means}>
      <span aria-hidden="true">{sign}</span> {verdict}
    </span>
  )
}

export function VerdictLegend() {
  return (
    <ul class="legend" aria-label="Signs of the grid">
      {(Object.keys(VERDICT_MARKS) as VerdictWord[]).map((verdict) => (
        <li key={verdict}>
          <VerdictBadge verdict={verdict} /> <span class="soft">{VERDICT_MARKS[verdict].means}</span>
        </li>
      ))}
    </ul>
  )
}
