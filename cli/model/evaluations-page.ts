import type { Measured } from '../../participant/measured.ts'
import { escapeHtml, heatColour, lineChart } from '../../src/lab/svg.ts'
import type { RoundEvaluations } from '../status/read-evaluations.ts'

export interface EvaluationsPage {
  task: bigint
  rounds: readonly RoundEvaluations[]
  /** A sentence about the best round. */
  advice: readonly string[]
  /** This member's own newest measurement. */
  own?: Measured | undefined
}

const STYLE = `body{font:15px/1.5 system-ui,sans-serif;margin:2em auto;max-width:60em;padding:0 1em;color:#1e293b}
svg{width:100%;max-width:44em}.grid{stroke:#e2e8f0}.axis{font:11px system-ui,sans-serif;fill:#475569}
table{border-collapse:collapse;margin:1em 0}td,th{padding:.2em .6em;text-align:right;border:1px solid #e2e8f0}th{background:#f8fafc}
td.name{text-align:left;font-family:ui-monospace,monospace}`

/** What members measured as one HTML page with everything inside: a chart for each metric, the numbers of each member, the member's own confusion matrix. */
export function evaluationsPage({ task, rounds, advice, own }: EvaluationsPage): string {
  const metrics = [...new Set(rounds.flatMap(({ summary }) => Object.keys(summary)))].sort()
  const title = `Evaluations of task ${task}`
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title}</title><style>${STYLE}</style></head><body>
<h1>${title}</h1>
<p>Each member measures the models on test samples of its own. Means weigh members by stake.</p>
${advice.map((line) => `<p>${escapeHtml(line)}</p>`).join('\n')}
${metrics.map((metric) => chartOf(metric, rounds)).join('\n')}
${tableOf(rounds.at(-1))}
${own ? ownPart(own) : ''}
</body></html>
`
}

function chartOf(metric: string, rounds: readonly RoundEvaluations[]): string {
  const measured = rounds.filter(({ summary }) => metric in summary)
  if (measured.length < 2) return ''
  const line = (label: 'mean' | 'median' | 'least' | 'most') => ({
    label,
    values: measured.map(({ summary }) => summary[metric]![label]),
  })
  const numbers = measured.map(({ round }) => Number(round))
  const chart = lineChart(`${metric} by round`, numbers, [line('mean'), line('median'), line('least'), line('most')])
  return `<h2>${escapeHtml(metric)}</h2>\n${chart}`
}

/** Each member in the newest round. */
function tableOf(newest: RoundEvaluations | undefined): string {
  if (!newest || newest.evaluations.length === 0) return ''
  const names = Object.keys(newest.summary)
  const rows = newest.evaluations.map(({ member, samples, metrics }) => {
    const cells = names.map((name) => `<td>${metrics[name]?.toFixed(4) ?? '–'}</td>`).join('')
    return `<tr><td class="name">${member}</td><td>${samples}</td>${cells}</tr>`
  })
  return `<h2>Members in round ${newest.round}</h2>
<table><tr><th>member</th><th>samples</th>${names.map((name) => `<th>${escapeHtml(name)}</th>`).join('')}</tr>${rows.join('')}</table>`
}

function ownPart({ round, samples, loss, accuracy, metrics = {}, confusion }: Measured): string {
  const values = { ...(accuracy !== undefined && { accuracy }), loss, ...metrics }
  const numbers = Object.entries(values).map(([name, value]) => `${escapeHtml(name)} ${value === null ? '–' : value.toFixed(4)}`)
  return `<h2>This member in round ${round}</h2>
<p>On ${samples} test samples: ${numbers.join(', ')}.</p>
${confusion ? `<p>True class by row, named class by column; shares of a row are coloured.</p>\n${matrix(confusion)}` : ''}`
}

function matrix(confusion: readonly (readonly number[])[]): string {
  const rows = confusion.map((row, truth) => {
    const total = row.reduce((sum, count) => sum + count, 0)
    const cells = row.map((count, named) => {
      const share = total === 0 ? 1 : count / total
      return `<td style="background:${heatColour(named === truth ? share : 1 - share)}">${count}</td>`
    })
    return `<tr><th>${truth}</th>${cells.join('')}</tr>`
  })
  return `<table><tr><th></th>${confusion.map((_, named) => `<th>${named}</th>`).join('')}</tr>${rows.join('')}</table>`
}
