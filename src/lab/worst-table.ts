import { formatShare } from './format-share.ts'
import type { Summary } from './summarise.ts'
import { worstMaps } from './worst-maps.ts'
import type { Worst } from './worst-maps.ts'

/** `worstMaps` as Markdown; empty where there are none. */
export function worstTable(summaries: readonly Summary[]): string {
  return worstMaps(summaries)
    .map(({ rule, counts, rows }) =>
      [
        `| ${rule}: worst peak / worst final (attacks) | ${counts.map((count) => `f = ${count}`).join(' | ')} |`,
        `|---|${counts.map(() => '---').join('|')}|`,
        ...rows.map(({ label, cells }) => `| ${label} | ${cells.map(text).join(' | ')} |`),
        '',
      ].join('\n'),
    )
    .join('\n')
}

function text(worst: Worst | undefined): string {
  return worst ? `${formatShare(worst.peak)} / ${formatShare(worst.final)} (${worst.attacks})` : '–'
}
