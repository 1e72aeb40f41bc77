import { plural } from '../core/index.ts'
import { attackersTable } from './attackers-table.ts'
import { circumstancesTable } from './circumstances-table.ts'
import { ownTable } from './own-table.ts'
import { summarise } from './summarise.ts'
import { formatShare } from './format-share.ts'
import type { Group, Summary } from './summarise.ts'
import { worstTable } from './worst-table.ts'
import type { CellResult } from './cell-result.ts'

/**
 * The tables of a grid as Markdown, for documents that are kept beside the code: final accuracy by attack and rule,
 * then the treatment of attackers.
 */
export function renderMarkdown(results: readonly CellResult[]): string {
  const summaries = summarise(results)
  return [
    ...summaries.map(section),
    worstTable(summaries),
    attackersTable(summaries),
    circumstancesTable(summaries),
    ownTable(summaries),
  ]
    .filter((text) => text !== '')
    .join('\n')
}

function section(summary: Summary): string {
  const { dataset, partition, members, byzantine, circumstance, attacks, rules, groups } = summary
  const table = (title: string, attacks: readonly string[], show: (group: Group) => string): string => {
    const rows = attacks.map((attack) => {
      const cells = rules.map((rule) => {
        const group = groups.find((candidate) => candidate.attack === attack && candidate.rule === rule)
        if (!group) return '–'
        return group.refused === undefined ? show(group) : 'refused'
      })
      return `| ${attack} | ${cells.join(' | ')} |`
    })
    return [`| ${title} | ${rules.join(' | ')} |`, `|---|${rules.map(() => '---').join('|')}|`, ...rows, ''].join('\n')
  }
  const [fewest, most] = [Math.min(...groups.map(({ seeds }) => seeds)), Math.max(...groups.map(({ seeds }) => seeds))]
  const seeds = most === 1 ? 'one seed' : `mean of ${fewest === most ? '' : `${fewest} to `}${most} seeds`
  const hostile = attacks.filter((attack) => attack !== 'none')
  const worst = rules.map((rule) => {
    const finals = groups.filter((group) => group.rule === rule && group.attack !== 'none' && group.refused === undefined)
    return finals.length === 0 ? '–' : `**${formatShare(Math.min(...finals.map(({ final }) => final)))}**`
  })
  return [
    `${dataset}, ${partition}, ${plural(members, 'member')}, ${plural(byzantine, 'attacker')}, ${circumstance === 'none' ? '' : `${circumstance}, `}${seeds}`,
    '',
    `${table('final accuracy', attacks, ({ final }) => formatShare(final))}| worst attack | ${worst.join(' | ')} |\n`,
    ...(groups.some(({ peak, final }) => peak - final >= 0.01)
      ? [table('peak accuracy', attacks, ({ peak }) => formatShare(peak))]
      : []),
    ...(hostile.length === 0
      ? []
      : [
          table("attackers' weight / pay", hostile, ({ attackers }) =>
            attackers ? `${attackers.weight.toFixed(2)} / ${attackers.pay.toFixed(2)}` : '–',
          ),
        ]),
  ].join('\n')
}
