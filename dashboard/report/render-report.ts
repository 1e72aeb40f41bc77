import { h } from 'preact'
import { renderToString } from 'preact-render-to-string'
import type { ReportData } from './report-data.ts'
import { Faults, InShort, Participation, Provenance, Quality, Rewards, Votes } from './sections.ts'
import { REPORT_STYLE } from './style.ts'

/**
 * One page for a meeting of people who run nothing: it needs no script, no other file and no network, and prints.
 *
 * @returns a whole HTML document
 * @example await writeFile('report.html', renderReport(await readReport(api)))
 */
export function renderReport(data: ReportData): string {
  const { task, at, rounds } = data
  const newest = rounds.find(({ claimHash }) => claimHash !== null)
  const when = new Date(at * 1000).toISOString().slice(0, 16).replace('T', ' ')
  const body = h(
    'body',
    {},
    h(
      'main',
      {},
      h('h1', {}, `Report on task ${task.task}: ${task.name}`),
      h('p', { class: 'lead' }, `${newest ? `after round ${newest.round}` : 'before the first claim'}, ${when} UTC`),
      h(InShort, data),
      h(Quality, data),
      h(Participation, data),
      h(Rewards, data),
      h(Faults, data),
      h(Votes, data),
      h(Provenance, data),
    ),
    h(
      'footer',
      {},
      'Made by quorate report from the answers of one node. What it says can be replayed from the evidence and compared with the chain.',
    ),
  )
  const title = `Report on task ${task.task}`
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${title}</title><style>${REPORT_STYLE}</style></head>${renderToString(body)}</html>\n`
}
