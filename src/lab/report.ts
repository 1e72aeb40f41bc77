import { plural } from '../core/index.ts'
import { punishments } from './attackers-table.ts'
import type { CellResult, Treatment } from './cell-result.ts'
import { summarise } from './summarise.ts'
import type { Group, Summary } from './summarise.ts'
import { escapeHtml, heatColour, lineChart } from './svg.ts'
import { worstMaps } from './worst-maps.ts'
import type { Worst, WorstMap } from './worst-maps.ts'

/** Of every page that the program writes. */
export const REPORT_STYLE = `body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:1280px;padding:0 1rem;color:#111}
table{border-collapse:collapse;margin:.6rem 0 1.4rem}th,td{border:1px solid #ddd;padding:.25rem .55rem;text-align:right;font-variant-numeric:tabular-nums}
th{background:#f4f4f5;font-weight:600}th:first-child,td:first-child{text-align:left}td.refused{color:#777;font-style:italic}tr.worst td{border-top:2px solid #444;font-weight:600}
.wide{overflow-x:auto}.plots{display:grid;grid-template-columns:repeat(auto-fill,minmax(460px,1fr));gap:1rem}figure{margin:0}figcaption{font-weight:600}svg{width:100%;height:auto}
.grid{stroke:#e5e5e5}.axis{font-size:11px;fill:#444}code,pre{background:#f4f4f5;padding:.1rem .3rem}pre{padding:.6rem;overflow:auto}`

/**
 * One HTML page with everything inside: heat maps of final accuracy, over the whole grid and by attack and rule,
 * curves, the treatment of honest members and attackers, settings and the command.
 *
 * @param results of one grid; settings of the first are shown
 */
export function renderReport(results: readonly CellResult[], command: string): string {
  const settings = results[0]?.settings
  const summaries = summarise(results)
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>quorate lab</title><style>${REPORT_STYLE}</style>
<h1>quorate lab</h1><p>${plural(results.length, 'run')}. Made by</p><pre>${escapeHtml(command)}</pre>
${worstMaps(summaries).map(worstHeatMap).join('\n')}
${summaries.map(section).join('\n')}
<h2>Settings</h2><pre>${escapeHtml(JSON.stringify(settings ?? {}, null, 2))}</pre></html>
`
}

function worstHeatMap({ rule, counts, rows }: WorstMap): string {
  const cell = (worst: Worst | undefined): string =>
    worst
      ? `<td style="background:${heatColour(worst.final)}">${percent(worst.final)} (peak ${percent(worst.peak)}; ${worst.attacks})</td>`
      : '<td>–</td>'
  return `<h2>Worst attack: ${escapeHtml(rule)}</h2><p>Least final accuracy over the attacks that ran, in brackets the least peak and how many attacks those are.</p>
<table><tr><th>partition</th>${counts.map((count) => `<th>f = ${count}</th>`).join('')}</tr>
${rows.map(({ label, cells }) => `<tr><td>${escapeHtml(label)}</td>${cells.map(cell).join('')}</tr>`).join('\n')}</table>`
}

function section(summary: Summary): string {
  const { dataset, partition, members, byzantine, circumstance, groups } = summary
  return `<h2>${escapeHtml(dataset)}, ${escapeHtml(partition)}, ${plural(members, 'member')}, ${plural(byzantine, 'attacker')}${circumstance === 'none' ? '' : `, ${escapeHtml(circumstance)}`}</h2>
<h3>Final test accuracy</h3><p>Mean over seeds; the worst seed in brackets where they differ.</p>${heatMap(summary)}
${plots(summary)}
<h3>What the rules did</h3>${treatments(groups, circumstance !== 'none')}`
}

/** Nothing where the accuracy was measured once only. */
function plots({ attacks, groups }: Summary): string {
  const figures = attacks.flatMap((attack) => {
    const drawn = groups.filter((group) => group.attack === attack && group.rounds.length > 1)
    if (drawn.length === 0) return []
    const lines = drawn.map(({ rule, accuracy }) => ({ label: rule, values: accuracy }))
    const chart = lineChart(`test accuracy under ${attack}`, drawn[0]!.rounds, lines)
    return [`<figure><figcaption>${escapeHtml(attack)}</figcaption>${chart}</figure>`]
  })
  return figures.length === 0 ? '' : `<h3>Accuracy by round</h3><div class="plots">${figures.join('')}</div>`
}

function heatMap({ attacks, rules, groups }: Summary): string {
  const find = (attack: string, rule: string): Group | undefined =>
    groups.find((group) => group.attack === attack && group.rule === rule)
  const row = (attack: string): string =>
    `<tr><td>${escapeHtml(attack)}</td>${rules.map((rule) => heatCell(find(attack, rule))).join('')}</tr>`
  const worst = rules.map((rule) => {
    const ran = attacks.filter((attack) => attack !== 'none').flatMap((attack) => find(attack, rule) ?? [])
    const finals = ran.filter(({ refused }) => refused === undefined).map(({ final }) => final)
    return finals.length === 0 ? '<td>–</td>' : `<td>${percent(Math.min(...finals))}</td>`
  })
  return `<table><tr><th>attack</th>${rules.map((rule) => `<th>${escapeHtml(rule)}</th>`).join('')}</tr>${attacks.map(row).join('')}
<tr class="worst"><td>worst attack</td>${worst.join('')}</tr></table>`
}

function heatCell(group?: Group): string {
  if (!group) return '<td>–</td>'
  if (group.refused !== undefined) return `<td class="refused" title="${escapeHtml(group.refused)}">refused</td>`
  const { final, worst, seeds } = group
  const spread = seeds > 1 && percent(worst) !== percent(final) ? ` (${percent(worst)})` : ''
  return `<td style="background:${heatColour(final)}">${percent(final)}${spread}</td>`
}

/** Columns for backdoors and odd members only where there are any. */
function treatments(groups: readonly Group[], odds: boolean): string {
  const ran = groups.filter(({ refused }) => refused === undefined)
  const backdoors = ran.some(({ backdoor }) => backdoor !== undefined)
  const rows = ran.map(
    ({ attack, rule, peak, final, backdoor, honest, attackers, punished = [], odd }) =>
      `<tr><td>${escapeHtml(attack)}</td><td>${escapeHtml(rule)}</td><td>${percent(peak)}</td><td>${percent(final)}</td>${
        backdoors ? `<td>${backdoor === undefined ? '' : percent(backdoor)}</td>` : ''
      }${shares(honest)}${shares(attackers)}${attackers ? cells(punishments(punished)) : cells(['', ''])}${odds ? shares(odd) : ''}</tr>`,
  )
  const columns = '<th>rejected</th><th>unpaid</th><th>weight</th><th>pay</th>'
  const [backdoorHead, oddHead] = [backdoors ? '<th rowspan="2">backdoor</th>' : '', odds ? '<th colspan="4">odd</th>' : '']
  return `<div class="wide"><table><tr><th rowspan="2">attack</th><th rowspan="2">rule</th><th rowspan="2">peak</th><th rowspan="2">final</th>${backdoorHead}
<th colspan="4">honest</th><th colspan="6">attackers</th>${oddHead}</tr><tr>${columns}${columns}<th>quarantined</th><th>repeats</th>${odds ? columns : ''}</tr>${rows.join('')}</table></div>
<p>Rejected and unpaid: shares of member-rounds. Weight and pay: over what stake alone would give. Quarantined: how many of the attackers' identities, in the median from which round on; repeats: later
quarantines, a mean over identities.</p>`
}

function shares(treatment?: Treatment): string {
  if (!treatment) return '<td></td><td></td><td></td><td></td>'
  const { rejected, unpaid, weight, pay } = treatment
  return cells([percent(rejected), percent(unpaid), weight.toFixed(2), pay.toFixed(2)])
}

function cells(texts: readonly string[]): string {
  return texts.map((text) => `<td>${text}</td>`).join('')
}

function percent(value: number): string {
  return (100 * value).toFixed(1)
}
