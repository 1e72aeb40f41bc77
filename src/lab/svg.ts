/** Plots as plain SVG text, so that a report is one file that any browser opens. */

export interface Line {
  label: string
  values: readonly number[]
}

const COLOURS = ['#2563eb', '#dc2626', '#059669', '#d97706', '#7c3aed', '#0891b2', '#be185d', '#4d7c0f', '#475569', '#92400e']

const WIDTH = 640
const HEIGHT = 260
const LEFT = 44
const TOP = 12
const PLOT = { width: 400, height: 210 }

/**
 * Lines over rounds, with a legend. The axis goes from 0 to 1, or to the largest value where that is more.
 *
 * @param rounds of the values, two or more, ascending
 */
export function lineChart(title: string, rounds: readonly number[], lines: readonly Line[]): string {
  const [first, last] = [rounds[0]!, rounds.at(-1)!]
  const x = (round: number): number => LEFT + ((round - first) / (last - first)) * PLOT.width
  const most = Math.max(1, ...lines.flatMap(({ values }) => values))
  const y = (value: number): number => TOP + (1 - Math.max(0, value) / most) * PLOT.height
  const grid = [0, 0.25, 0.5, 0.75, 1]
    .map((share) => (most === 1 ? share : Number((share * most).toPrecision(2))))
    .map(
      (value) =>
        `<line class="grid" x1="${LEFT}" x2="${LEFT + PLOT.width}" y1="${y(value)}" y2="${y(value)}"/>` +
        `<text class="axis" x="${LEFT - 6}" y="${y(value) + 4}" text-anchor="end">${value}</text>`,
    )
    .join('')
  const paths = lines
    .map(({ label, values }, i) => {
      const colour = COLOURS[i % COLOURS.length]
      const dash = i < COLOURS.length ? '' : ' stroke-dasharray="5 3"'
      const points = values.map((value, k) => `${x(rounds[k]!).toFixed(1)},${y(value).toFixed(1)}`).join(' ')
      const at = TOP + 10 + i * 15
      return (
        `<polyline fill="none" stroke="${colour}" stroke-width="1.8"${dash} points="${points}"><title>${escapeHtml(label)}</title></polyline>` +
        `<line x1="${LEFT + PLOT.width + 14}" x2="${LEFT + PLOT.width + 34}" y1="${at - 4}" y2="${at - 4}" stroke="${colour}" stroke-width="2"${dash}/>` +
        `<text class="axis" x="${LEFT + PLOT.width + 40}" y="${at}">${escapeHtml(label)}</text>`
      )
    })
    .join('')
  const height = Math.max(HEIGHT, TOP + 20 + lines.length * 15)
  return (
    `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escapeHtml(title)}">${grid}${paths}` +
    `<text class="axis" x="${LEFT}" y="${TOP + PLOT.height + 18}">round ${first}</text>` +
    `<text class="axis" x="${LEFT + PLOT.width}" y="${TOP + PLOT.height + 18}" text-anchor="end">round ${last}</text></svg>`
  )
}

/** Background of a heat map cell for a value 0…1: red, yellow, green. */
export function heatColour(value: number): string {
  return `hsl(${Math.round(120 * Math.min(1, Math.max(0, value)) ** 2)} 70% 82%)`
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
