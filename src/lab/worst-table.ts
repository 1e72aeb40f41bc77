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
  return worst ? `${share(worst.peak)} / ${share(worst.final)} (${worst.attacks})` : '–'
}

/** .871 for 0.8712. */
function share(value: number): string {
  return value.toFixed(3).replace(/^0/, '')
}
