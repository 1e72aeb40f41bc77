import { h } from 'preact'
import type { JSX } from 'preact'
import { rangeOf, scale, ticks } from './scale.ts'

/** A curve: a value or null for each place on the x axis. */
export interface Series {
  label: string
  values: readonly (number | null)[]
}

export interface LineChartProps {
  /** What the chart shows, for those who cannot see it. */
  title: string
  x: readonly number[]
  xLabel: string
  series: readonly Series[]
  /** Least and most at each place: a shaded band. */
  band?: readonly ([number, number] | null)[]
  format?: (value: number) => string
  height?: number
}

const WIDTH = 720
const LEFT = 52
const RIGHT = 12
const TOP = 10
const BOTTOM = 36
/** A curve has its own dashes besides its colour. */
export const DASHES = ['', '7 4', '2 3', '10 3 2 3', '5 2', '1 3', '12 4', '6 2 1 2']

/**
 * Curves over rounds as plain SVG: the dashboard and the printed report draw the same. The numbers stand in a table beside it.
 *
 * @example h(LineChart, { title: 'accuracy by round', x: [1, 2], xLabel: 'round', series: [{ label: 'mean', values: [0.4, 0.6] }] })
 */
export function LineChart({ title, x, xLabel, series, band, format = String, height = 260 }: LineChartProps): JSX.Element {
  const values = [...series.flatMap((one) => one.values), ...(band ?? []).flat()].filter((value) => value !== null)
  const [low, high] = rangeOf(values)
  const across = scale([x[0] ?? 0, x.at(-1) ?? 1], [LEFT, WIDTH - RIGHT])
  const up = scale([low, high], [height - BOTTOM, TOP])
  const rows = ticks(low, high, 5)
  const columns = ticks(x[0] ?? 0, x.at(-1) ?? 1, 8).filter(Number.isInteger)
  return h(
    'svg',
    { class: 'chart', viewBox: `0 0 ${WIDTH} ${height}`, role: 'img', 'aria-label': title },
    rows.map((value) =>
      h('g', { key: `y${value}` }, [
        h('line', { class: 'grid', x1: LEFT, x2: WIDTH - RIGHT, y1: up(value), y2: up(value) }),
        h('text', { x: LEFT - 6, y: up(value) + 4, 'text-anchor': 'end' }, format(value)),
      ]),
    ),
    columns.map((value) =>
      h('text', { key: `x${value}`, x: across(value), y: height - BOTTOM + 18, 'text-anchor': 'middle' }, String(value)),
    ),
    h('text', { x: (LEFT + WIDTH - RIGHT) / 2, y: height - 2, 'text-anchor': 'middle' }, xLabel),
    band && h('path', { class: 'band', d: bandPath(band, x, across, up) }),
    series.map(({ label, values: line }, place) =>
      h('g', { key: label, class: `s${(place % 8) + 1}` }, [
        h('path', { class: 'line', d: linePath(line, x, across, up), 'stroke-dasharray': DASHES[place % DASHES.length] }),
        x.length <= 40 &&
          line.map((value, k) =>
            value === null
              ? null
              : h(
                  'circle',
                  { key: k, cx: across(x[k]!), cy: up(value), r: 3 },
                  h('title', {}, `${label}, ${xLabel} ${x[k]}: ${format(value)}`),
                ),
          ),
      ]),
    ),
  )
}

/** Names the curves of a chart. */
export function ChartLegend({ series }: { series: readonly Pick<Series, 'label'>[] }): JSX.Element {
  return h(
    'ul',
    { class: 'legend', 'aria-label': 'Curves' },
    series.map(({ label }, place) =>
      h('li', { key: label }, [
        h('svg', { class: 'chart', viewBox: '0 0 32 12', 'aria-hidden': 'true' }, [
          h('path', { class: `line s${(place % 8) + 1}`, d: 'M0 6H32', 'stroke-dasharray': DASHES[place % DASHES.length] }),
        ]),
        label,
      ]),
    ),
  )
}

type Place = (value: number) => number

function linePath(values: readonly (number | null)[], x: readonly number[], across: Place, up: Place): string {
  let pen = 'M'
  return values
    .map((value, k) => {
      if (value === null) {
        pen = 'M'
        return ''
      }
      const step = `${pen}${across(x[k]!).toFixed(1)} ${up(value).toFixed(1)}`
      pen = 'L'
      return step
    })
    .join('')
}

function bandPath(band: readonly ([number, number] | null)[], x: readonly number[], across: Place, up: Place): string {
  const known = band.flatMap((pair, k) => (pair ? [[across(x[k]!), pair[0], pair[1]] as const] : []))
  if (known.length === 0) return ''
  const there = known.map(([at, , most]) => `${at.toFixed(1)} ${up(most).toFixed(1)}`)
  const back = known.toReversed().map(([at, least]) => `${at.toFixed(1)} ${up(least).toFixed(1)}`)
  return `M${there.join('L')}L${back.join('L')}Z`
}
