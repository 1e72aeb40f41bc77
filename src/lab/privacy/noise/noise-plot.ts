import { escapeHtml } from '../../svg.ts'
import { epsilonTitle } from './summarise-noise.ts'
import type { NoisePoint } from './summarise-noise.ts'

/** The points of one task. */
export interface NoiseSeries {
  label: string
  points: readonly NoisePoint[]
}

const COLOURS = ['#2563eb', '#d97706', '#059669', '#7c3aed']
const LEFT = 44
const TOP = 14
const PLOT = { width: 380, height: 200 }
const WIDTH = LEFT + PLOT.width + 150

/** Accuracy against ε, as one SVG: the mean over seeds, and a bar from the least to the most. One place for each ε of the first series. */
export function noisePlot(series: readonly NoiseSeries[]): string {
  const places = series[0]?.points.map(epsilonTitle) ?? []
  const x = (title: string): number => LEFT + ((places.indexOf(title) + 0.5) / places.length) * PLOT.width
  const y = (value: number): number => TOP + (1 - value) * PLOT.height
  const grid = [0, 0.25, 0.5, 0.75, 1].map(
    (value) =>
      `<line class="grid" x1="${LEFT}" x2="${LEFT + PLOT.width}" y1="${y(value)}" y2="${y(value)}"/><text x="${LEFT - 6}" y="${y(value) + 4}" text-anchor="end">${100 * value} %</text>`,
  )
  const names = places.map(
    (title) => `<text x="${x(title)}" y="${TOP + PLOT.height + 18}" text-anchor="middle">${escapeHtml(title)}</text>`,
  )
  const drawn = series.map(({ label, points }, i) => {
    const colour = COLOURS[i % COLOURS.length]!
    const at = TOP + 10 + i * 18
    // Bars of two tasks would cover each other.
    const aside = (i - (series.length - 1) / 2) * 6
    const place = (point: NoisePoint): string => (x(epsilonTitle(point)) + aside).toFixed(1)
    const bars = points.map(
      (point) =>
        `<line x1="${place(point)}" x2="${place(point)}" y1="${y(point.least).toFixed(1)}" y2="${y(point.most).toFixed(1)}" stroke="${colour}" stroke-width="2"/><circle cx="${place(point)}" cy="${y(point.mean).toFixed(1)}" r="3.5" fill="${colour}"/>`,
    )
    const path = points.map((point) => `${place(point)},${y(point.mean).toFixed(1)}`).join(' ')
    return (
      `<polyline fill="none" stroke="${colour}" stroke-width="1.2" points="${path}"/>${bars.join('')}` +
      `<circle cx="${LEFT + PLOT.width + 16}" cy="${at - 4}" r="3.5" fill="${colour}"/><text x="${LEFT + PLOT.width + 26}" y="${at}">${escapeHtml(label)}</text>`
    )
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${TOP + PLOT.height + 30}" role="img" aria-label="Accuracy against epsilon">
<style>text{font:11px system-ui,sans-serif;fill:#444}.grid{stroke:#e5e5e5}</style><rect width="${WIDTH}" height="${TOP + PLOT.height + 30}" fill="#fff"/>
${[...grid, ...names, ...drawn].join('\n')}</svg>
`
}
