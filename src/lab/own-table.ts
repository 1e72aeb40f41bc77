import { formatShare } from './format-share.ts'
import type { OwnAccuracy } from './cell-result.ts'
import type { Summary } from './summarise.ts'

/**
 * What members get out of a task, each measured on test samples like its own and with its own layers, as Markdown: one row for each circumstance, attack and
 * rule. Empty where nobody was measured so.
 */
export function ownTable(summaries: readonly Summary[]): string {
  const rows = summaries.flatMap(({ partition, circumstance, groups }) =>
    groups.flatMap(({ attack, rule, own, alone }) =>
      own
        ? [
            `| ${partition} ${circumstance}${attack === 'none' ? '' : ` under ${attack}`} × ${rule} | ${cells(own)} | ${cells(alone)} |`,
          ]
        : [],
    ),
  )
  if (rows.length === 0) return ''
  return [
    '| circumstance | affected, together | others, together | affected, alone | others, alone |',
    '|---|---|---|---|---|',
    ...rows,
    '',
  ].join('\n')
}

function cells(of: OwnAccuracy | undefined): string {
  const text = (value: number | undefined): string => (value === undefined ? '–' : formatShare(value))
  return `${text(of?.affected)} | ${text(of?.others)}`
}
