import type { Punishment } from './cell-result.ts'
import type { Group, Summary } from './summarise.ts'

/**
 * What attackers got, as Markdown: one row for each attack, partition and rule. Empty when nobody attacked.
 *
 * Weight is over the share of stake; pay is over an equal share, and over the pay of the median honest member. Quarantined are how many of the attackers'
 * identities, from which round on in the median; repeats are later quarantines, a mean over identities.
 */
export function attackersTable(summaries: readonly Summary[]): string {
  const rows = summaries.flatMap(({ partition, groups }) =>
    groups.flatMap((group) => (group.attackers ? [rowOf(partition, group, group.attackers)] : [])),
  )
  if (rows.length === 0) return ''
  return [
    '| attack | rounds without weight | weight | pay | pay ÷ median honest pay | quarantined | repeats |',
    '|---|---|---|---|---|---|---|',
    ...rows,
    '',
  ].join('\n')
}

function rowOf(
  partition: string,
  { attack, rule, medianPay, punished = [] }: Group,
  attackers: NonNullable<Group['attackers']>,
): string {
  const { weightless, weight, pay } = attackers
  const relative = medianPay ? (pay / medianPay).toFixed(2) : '–'
  return `| ${partition} ${attack} × ${rule} | ${(100 * weightless).toFixed(1)} % | ${weight.toFixed(2)} | ${pay.toFixed(2)} | ${relative} | ${punishments(punished).join(' | ')} |`
}

/** What evidence across rounds did to identities: how many it quarantined and when, and the mean number of later quarantines. Two cells of a table. */
export function punishments(punished: readonly Punishment[]): [quarantined: string, repeats: string] {
  if (punished.length === 0) return ['–', '–']
  const rounds = punished.flatMap(({ quarantined }) => quarantined ?? []).toSorted((a, b) => a - b)
  const median = rounds[(rounds.length - 1) >> 1]
  const quarantined = `${rounds.length} of ${punished.length}${median === undefined ? '' : `, round ${median}`}`
  const repeats = punished.reduce((sum, each) => sum + each.repeats, 0) / punished.length
  return [quarantined, repeats.toFixed(1)]
}
