import type { Group, Summary } from './summarise.ts'

/**
 * What attackers got, as Markdown: one row for each attack, partition and rule. Empty when nobody attacked.
 *
 * Weight is over the share of stake; pay is over an equal share, and over the pay of the median honest member.
 */
export function attackersTable(summaries: readonly Summary[]): string {
  const rows = summaries.flatMap(({ partition, groups }) =>
    groups.flatMap((group) => (group.attackers ? [rowOf(partition, group, group.attackers)] : [])),
  )
  if (rows.length === 0) return ''
  return [
    '| attack | rounds without weight | weight | pay | pay ÷ median honest pay |',
    '|---|---|---|---|---|',
    ...rows,
    '',
  ].join('\n')
}

function rowOf(partition: string, { attack, rule, medianPay }: Group, attackers: NonNullable<Group['attackers']>): string {
  const { weightless, weight, pay } = attackers
  const relative = medianPay ? (pay / medianPay).toFixed(2) : '–'
  return `| ${partition} ${attack} × ${rule} | ${(100 * weightless).toFixed(1)} % | ${weight.toFixed(2)} | ${pay.toFixed(2)} | ${relative} |`
}
