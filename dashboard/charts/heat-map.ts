import { h } from 'preact'
import type { JSX } from 'preact'

export interface HeatMapProps {
  title: string
  /** Names of the rows and columns, short. */
  labels: readonly string[]
  /** Cosines, −1 … 1. */
  values: readonly (readonly number[])[]
}

const CELL = 46
const SIDE = 96
/** Above so many rows the numbers do not fit into the cells; the table has them. */
const MOST_NUMBERS = 16

/** Cosines between updates as squares: filled from one side where they agree and from the other where they oppose, with the number in each. */
export function HeatMap({ title, labels, values }: HeatMapProps): JSX.Element {
  const size = SIDE + labels.length * CELL
  return h(
    'svg',
    { class: 'chart heat', viewBox: `0 0 ${size} ${size - SIDE + 30}`, role: 'img', 'aria-label': title },
    labels.map((label, column) =>
      h('text', { key: `c${label}`, x: SIDE + (column + 0.5) * CELL, y: 16, 'text-anchor': 'middle' }, label.slice(-5)),
    ),
    labels.map((label, row) =>
      h('text', { key: `r${label}`, x: SIDE - 8, y: 30 + (row + 0.5) * CELL + 4, 'text-anchor': 'end' }, label),
    ),
    values.flatMap((line, row) =>
      line.map((value, column) =>
        h('g', { key: `${row} ${column}` }, [
          h(
            'rect',
            {
              class: value >= 0 ? 'near' : 'far',
              x: SIDE + column * CELL,
              y: 30 + row * CELL,
              width: CELL,
              height: CELL,
              'fill-opacity': (0.06 + 0.5 * Math.min(1, Math.abs(value))).toFixed(2),
            },
            h('title', {}, `${labels[row]} and ${labels[column]}: ${value.toFixed(3)}`),
          ),
          labels.length <= MOST_NUMBERS &&
            h('text', { class: 'cell', x: SIDE + (column + 0.5) * CELL, y: 30 + (row + 0.5) * CELL + 4 }, signed(value)),
        ]),
      ),
    ),
  )
}

function signed(value: number): string {
  return `${value < 0 ? '−' : ''}${Math.abs(value).toFixed(2)}`
}
