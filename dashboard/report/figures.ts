import type { ReportData } from './report-data.ts'

/** The metric that most members measured, over the rounds that have it, oldest first. */
export interface QualityFigures {
  metric: string
  rounds: number[]
  mean: number[]
  median: number[]
  /** Least and most of a member. */
  band: [number, number][]
}

/** Accuracy where it was measured, else the first metric; undefined where nobody measured anything. */
export function qualityOf(evaluations: ReportData['evaluations']): QualityFigures | undefined {
  const names = [...new Set(evaluations.flatMap(({ summary }) => Object.keys(summary)))]
  const metric = names.includes('accuracy') ? 'accuracy' : names[0]
  if (metric === undefined) return undefined
  const known = evaluations.toReversed().flatMap(({ round, summary }) => {
    const one = summary[metric]
    return one ? [{ ...one, round: Number(round) }] : []
  })
  return {
    metric,
    rounds: known.map(({ round }) => round),
    mean: known.map(({ mean }) => mean),
    median: known.map(({ median }) => median),
    band: known.map(({ least, most }) => [least, most]),
  }
}

/** Rounds of one member by outcome. */
export interface Tally {
  member: string
  stake: bigint
  counted: number
  rejected: number
  inadmissible: number
  unavailable: number
  quarantined: number
  /** First round in which a member in quarantine counts again. */
  until: string | null
}

export function tallyOf({ members, rounds }: Pick<ReportData, 'members' | 'rounds'>): Tally[] {
  const rows = rounds.flatMap((round) => round.rows ?? [])
  return members
    .filter(({ role }) => role === 'member')
    .map(({ member, eligible, evidence }) => {
      const verdicts = rows.filter((row) => row.member === member).map(({ verdict }) => verdict)
      const count = (...wanted: string[]): number => verdicts.filter((verdict) => wanted.includes(verdict)).length
      return {
        member,
        stake: BigInt(eligible),
        counted: count('accepted', 'downweighted'),
        rejected: count('rejected'),
        inadmissible: count('inadmissible'),
        unavailable: count('unavailable'),
        quarantined: count('quarantined'),
        until: evidence?.quarantined ? evidence.until : null,
      }
    })
}
