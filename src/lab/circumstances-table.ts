import { formatShare } from './format-share.ts'
import type { Group, Summary } from './summarise.ts'

/**
 * What a rule did to honest members whose circumstances are odd, as Markdown: one row for each circumstance, partition, attack and rule. Empty when no cell
 * had a circumstance. The columns from `lost after round 3` on are about the affected members; the bet quarantines at 1000.
 */
export function circumstancesTable(summaries: readonly Summary[]): string {
  if (summaries.every(({ circumstance }) => circumstance === 'none')) return ''
  const rows = summaries.flatMap((summary) =>
    summary.groups
      .filter(({ refused }) => refused === undefined)
      .map((group) => ({ label: labelOf(summary, group), cells: cellsOf(group) })),
  )
  return [
    '| circumstance | final accuracy | unpaid: all | affected | worst | rejected: all | affected | lost after round 3 | rejected in a row | bet at most | quarantined | pay of affected |',
    '|---|---|---|---|---|---|---|---|---|---|---|---|',
    ...rows.map(({ label, cells }) => `| ${[label, ...cells].join(' | ')} |`),
    '',
  ].join('\n')
}

function labelOf({ partition, circumstance }: Summary, { attack, rule }: Group): string {
  return `${partition} ${circumstance}${attack === 'none' ? '' : ` under ${attack}`} × ${rule}`
}

function cellsOf({ final, honest, odd, unluckiest, standing }: Group): string[] {
  return [
    formatShare(final),
    percent(honest?.unpaid),
    percent(odd?.unpaid),
    percent(unluckiest),
    percent(honest?.rejected),
    percent(odd?.rejected),
    percent(standing?.lostLater),
    standing === undefined ? '–' : String(standing.inARow),
    standing === undefined ? '–' : (2 ** standing.bet).toFixed(0),
    standing === undefined ? '–' : String(standing.quarantines),
    odd === undefined ? '–' : odd.pay.toFixed(2),
  ]
}

function percent(value: number | undefined): string {
  return value === undefined ? '–' : `${(100 * value).toFixed(1)} %`
}
