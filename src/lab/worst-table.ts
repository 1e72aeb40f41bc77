import type { Group, Summary } from './summarise.ts'

/**
 * The heat map of a protocol as Markdown, one table for each rule: partitions down, attackers across; least peak and least final accuracy over the attacks
 * that ran, and how many those are. Empty unless cells differ in partition or number of attackers.
 */
export function worstTable(summaries: readonly Summary[]): string {
  const hostile = summaries.filter(({ groups }) => attacksOf(groups).length > 0)
  if (hostile.length < 2) return ''
  const rules = [...new Set(hostile.flatMap(({ rules }) => rules))]
  return rules.map((rule) => tableOf(hostile, rule)).join('\n')
}

function tableOf(summaries: readonly Summary[], rule: string): string {
  const partitions = [...new Set(summaries.map(({ partition }) => partition))]
  const counts = [...new Set(summaries.map(({ byzantine }) => byzantine))].sort((a, b) => a - b)
  const cellOf = (partition: string, byzantine: number): string => {
    const groups = summaries
      .filter((summary) => summary.partition === partition && summary.byzantine === byzantine)
      .flatMap((summary) => attacksOf(summary.groups).filter((group) => group.rule === rule))
    if (groups.length === 0) return '–'
    const least = (key: 'peak' | 'final'): string =>
      Math.min(...groups.map((group) => group[key]))
        .toFixed(2)
        .replace(/^0/, '')
    return `${least('peak')} / ${least('final')} (${groups.length})`
  }
  return [
    `| ${rule}: worst peak / worst final (attacks) | ${counts.map((count) => `f = ${count}`).join(' | ')} |`,
    `|---|${counts.map(() => '---').join('|')}|`,
    ...partitions.map((partition) => `| ${partition} | ${counts.map((count) => cellOf(partition, count)).join(' | ')} |`),
    '',
  ].join('\n')
}

function attacksOf(groups: readonly Group[]): Group[] {
  return groups.filter(({ attack, refused }) => attack !== 'none' && refused === undefined)
}
