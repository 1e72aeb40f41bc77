import type { Group, Summary } from './summarise.ts'

/** Partitions down, numbers of attackers across, for one rule. */
export interface WorstMap {
  rule: string
  /** Numbers of attackers, from few to many. */
  counts: number[]
  rows: { label: string; cells: (Worst | undefined)[] }[]
}

export interface Worst {
  /** Least peak and least final accuracy over the attacks, each a mean over its seeds. */
  peak: number
  final: number
  /** How many attacks ran. */
  attacks: number
}

/** The heat maps of a protocol, one for each rule. None unless cells differ in partition, number of members or attackers, data set or circumstance. */
export function worstMaps(summaries: readonly Summary[]): WorstMap[] {
  const hostile = summaries.filter(({ groups }) => attacksOf(groups).length > 0)
  if (hostile.length < 2) return []
  const differ = (of: (summary: Summary) => unknown): boolean => new Set(hostile.map(of)).size > 1
  const datasets = differ(({ dataset }) => dataset)
  // The column names the number of honest members, or the number of all members, if it is the same in all cells.
  const sizes = differ(({ members }) => members) && differ(({ members, byzantine }) => members - byzantine)
  const labelOf = ({ dataset, partition, members, circumstance }: Summary): string =>
    [
      ...(datasets ? [dataset] : []),
      partition,
      ...(sizes ? [`n=${members}`] : []),
      ...(circumstance === 'none' ? [] : [circumstance]),
    ].join(' ')
  const counts = [...new Set(hostile.map(({ byzantine }) => byzantine))].sort((a, b) => a - b)
  const rows = [...Map.groupBy(hostile, labelOf)]
  return [...new Set(hostile.flatMap(({ rules }) => rules))].map((rule) => ({
    rule,
    counts,
    rows: rows.map(([label, found]) => ({
      label,
      cells: counts.map((count) => {
        const groups = found.filter(({ byzantine }) => byzantine === count).flatMap(({ groups }) => attacksOf(groups))
        return worstOf(groups.filter((group) => group.rule === rule))
      }),
    })),
  }))
}

function worstOf(groups: readonly Group[]): Worst | undefined {
  if (groups.length === 0) return undefined
  const least = (key: 'peak' | 'final'): number => Math.min(...groups.map((group) => group[key]))
  return { peak: least('peak'), final: least('final'), attacks: groups.length }
}

function attacksOf(groups: readonly Group[]): Group[] {
  return groups.filter(({ attack, refused }) => attack !== 'none' && refused === undefined)
}
